#include "tools/rasti/import/csv_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <optional>

#include "engine/base/check.h"

namespace rasti::cli {
namespace {

// Reading again behind broken quotes costs time; a file that needs more of it than this is something else.
constexpr size_t kReadAgainMost = size_t{256} << 20;

constexpr const char* kBadQuote =
    "a quote stands within the field, or text behind its closing quote: put the whole field in quotes, and double the "
    "quotes in it";

constexpr std::string_view kBlanks = " \t\r\n";

// Between tabs stand empty fields, where tabs are delimiters.
bool IsBlank(std::string_view line, char delimiter) {
  return std::ranges::all_of(
      line, [delimiter](char c) { return c != delimiter && kBlanks.find(c) != std::string_view::npos; });
}

// A comma wherever there is one outside of quotes; otherwise which of the other usual ones the line has most often.
char LikelyDelimiter(std::string_view line) {
  constexpr std::string_view kOthers = ";\t|";
  const size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return ',';
  line = line.substr(begin, line.find_last_not_of(kBlanks) + 1 - begin);
  std::array<size_t, kOthers.size()> counts{};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',') return c;
    if (const size_t other = kOthers.find(c); other != std::string_view::npos) ++counts.at(other);
  }
  const auto most = std::ranges::max_element(counts);
  return *most == 0 ? ',' : kOthers[static_cast<size_t>(most - counts.begin())];
}

// What a line "sep=;" names, which spreadsheets write before the first row and read there.
std::optional<char> NamedDelimiter(std::string_view line) {
  constexpr std::string_view kBegin = "sep=";
  line = line.substr(0, line.find_last_not_of("\r\n") + 1);
  if (line.size() != kBegin.size() + 1) return std::nullopt;
  const bool begins = std::ranges::equal(line.substr(0, kBegin.size()), kBegin, {},
                                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!begins || std::string_view(",;\t|").find(line.back()) == std::string_view::npos) return std::nullopt;
  return line.back();
}

// The end of the first line of `text`: behind "\n", "\r\n" or a lone "\r". npos: the line goes on behind `text`, or
// may.
size_t LineEnd(std::string_view text, bool at_end) {
  const size_t end = text.find_first_of("\r\n");
  if (end == std::string_view::npos) return end;
  if (text[end] == '\n') return end + 1;
  if (end + 1 < text.size()) return text[end + 1] == '\n' ? end + 2 : end + 1;
  return at_end ? end + 1 : std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<CsvReader>> CsvReader::Open(const std::string& path, codec::TableEncoding encoding,
                                                   size_t chunk_bytes, std::optional<char> delimiter) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about {};
  const bool opened = file >= 0 && ::fstat(file, &about) == 0;
  if (!opened || S_ISDIR(about.st_mode)) {
    const int error = opened ? EISDIR : errno;
    if (file >= 0) ::close(file);
    const ErrorCode code = error == ENOENT   ? ErrorCode::kNotFound
                           : error == EACCES ? ErrorCode::kPermission
                                             : ErrorCode::kIo;
    return Fail(code, fmt::format("cannot read {}: {}", path, std::strerror(error)));  // NOLINT(concurrency-mt-unsafe)
  }
  std::unique_ptr<CsvReader> reader(new CsvReader(path, file, encoding, chunk_bytes));
  reader->bytes_total_ = about.st_size;
  if (encoding != codec::TableEncoding::kUtf8) {
    RASTI_TRY(reader->decoder_, TextDecoder::Create(encoding));
  }
  RASTI_CHECKED(reader->SkipByteOrderMark());
  RASTI_CHECKED(reader->FindDelimiter(delimiter));
  reader->Reset();
  RASTI_TRY(auto header, reader->Next());
  if (!header) {
    return Fail(Error::Invalid(fmt::format("{}: empty; its first line is to name the columns", path)));
  }
  if (!header->fault.empty()) return Fail(Error::Invalid(fmt::format("{}:{}: {}", path, header->line, header->fault)));
  reader->header_ = std::move(header->fields);
  reader->header_read_ = true;
  return reader;
}

CsvReader::~CsvReader() {
  if (parser_open_) csv_free(&parser_);
  ::close(file_);
}

void CsvReader::Reset() {
  if (parser_open_) csv_free(&parser_);
  RASTI_CHECK(csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0, "the CSV parser starts");
  parser_open_ = true;
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_.character));
  record_.clear();
  record_bytes_ = 0;
  fields_.clear();
}

Status CsvReader::Fill() {
  buffer_.erase(0, buffer_at_);
  buffer_at_ = 0;
  const size_t size = buffer_.size();
  buffer_.resize(size + chunk_bytes_);
  ssize_t got = -1;
  do {
    got = ::read(file_, buffer_.data() + size, chunk_bytes_);
  } while (got < 0 && errno == EINTR);
  buffer_.resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (decoder_ && marks_looked_for_) decoder_->ToUtf8(buffer_, size);
  if (got < 0) {
    const int error = errno;
    return Fail(
        Error::Io(fmt::format("cannot read {}: {}", path_, std::strerror(error))));  // NOLINT(concurrency-mt-unsafe)
  }
  bytes_read_ += got;
  at_end_ = got == 0;
  return {};
}

Status CsvReader::SkipByteOrderMark() {
  while (buffer_.size() < 3 && !at_end_) RASTI_CHECKED(Fill());
  if (buffer_.starts_with("\xFF\xFE") || buffer_.starts_with("\xFE\xFF")) {
    return Fail(Error::Invalid(
        fmt::format("{}: UTF-16, but UTF-8 is wanted: iconv -f UTF-16 -t UTF-8 {} > utf8.csv", path_, path_)));
  }
  const bool marked = buffer_.starts_with("\xEF\xBB\xBF");
  if (!decoder_) {
    if (marked) buffer_at_ = 3;
    return {};
  }
  if (marked) {
    return Fail(Error::Invalid(
        fmt::format("{}: begins with the mark of UTF-8, but its encoding is said to be {}", path_, NameOf(encoding_))));
  }
  marks_looked_for_ = true;
  decoder_->ToUtf8(buffer_, 0);
  return {};
}

Status CsvReader::FindDelimiter(std::optional<char> said) {
  if (said) delimiter_.character = *said;
  for (;;) {
    RASTI_TRY(auto line, ReadLine());
    if (!line) return {};
    if (IsBlank(line->text, delimiter_.character)) {
      ++record_line_;
      continue;
    }
    if (const auto named = NamedDelimiter(line->text)) {
      if (said && *named != *said) {
        return Fail(
            Error::Invalid(fmt::format("{}:{}: the file says that {} stands between its columns, the mapping {}", path_,
                                       record_line_, DelimiterText(*named), DelimiterText(*said))));
      }
      delimiter_.character = *named;
      ++record_line_;
      return {};
    }
    if (!said) {
      delimiter_.character = LikelyDelimiter(line->text);
      delimiter_.is_guess = delimiter_.character != ',';
    }
    again_.push_back(*std::move(line));
    return {};
  }
}

Result<std::optional<CsvReader::Line>> CsvReader::ReadLine() {
  if (!again_.empty()) {
    Line line = std::move(again_.front());
    again_.pop_front();
    read_again_ += line.text.size();
    if (read_again_ > kReadAgainMost) {
      return Fail(
          Error::Invalid(fmt::format("{}: quotes are open or out of place everywhere; is it a CSV file with "
                                     "{} between its fields?",
                                     path_, DelimiterText(delimiter_.character))));
    }
    return std::optional(std::move(line));
  }
  Line line;
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(buffer_at_);
    const size_t end = LineEnd(rest, at_end_);
    const size_t take = end == std::string_view::npos ? rest.size() : end;
    // Of what cannot be a row only the beginning is kept, so that no input takes all memory.
    const size_t keep = std::min(take, kCsvRowBytesMost + 1 - std::min(line.text.size(), kCsvRowBytesMost + 1));
    const bool carriage_return_at_end = end == std::string_view::npos && !at_end_ && rest.ends_with('\r');
    if (!carriage_return_at_end) {
      line.text.append(rest.substr(0, keep));
      line.cut |= keep < take;
      buffer_at_ += take;
    }
    if (end != std::string_view::npos) return std::optional(std::move(line));
    if (at_end_) return line.text.empty() ? std::nullopt : std::optional(std::move(line));
    RASTI_CHECKED(Fill());
  }
}

Status CsvReader::GiveUp(std::string fault) {
  TableRow row;
  row.line = record_line_;
  row.raw = std::move(record_.front().text);
  row.fault = std::move(fault);
  ready_.push_back(std::move(row));
  again_.insert(again_.begin(), std::make_move_iterator(std::next(record_.begin())),
                std::make_move_iterator(record_.end()));
  ++record_line_;
  Reset();
  return {};
}

Result<bool> CsvReader::Feed() {
  RASTI_TRY(auto line, ReadLine());
  if (!line) {
    if (record_.empty()) return false;
    row_ended_ = false;
    if (csv_fini(&parser_, OnField, OnRow, this) != 0) {
      RASTI_CHECKED(GiveUp("the quote is not closed before the end of the file"));
      return true;
    }
  } else {
    if (record_.empty() && IsBlank(line->text, delimiter_.character)) {
      ++record_line_;
      return true;
    }
    record_bytes_ += line->text.size();
    record_.push_back(*std::move(line));
    const Line& last = record_.back();
    if (last.cut) {
      RASTI_CHECKED(GiveUp(fmt::format("longer than {} bytes", kCsvRowBytesMost)));
      return true;
    }
    row_ended_ = false;
    const size_t used = csv_parse(&parser_, last.text.data(), last.text.size(), OnField, OnRow, this);
    if (used != last.text.size()) {
      RASTI_CHECKED(GiveUp(kBadQuote));
      return true;
    }
  }
  if (!row_ended_) {
    if (record_bytes_ > kCsvRowBytesMost) {
      RASTI_CHECKED(GiveUp(fmt::format("the quote is not closed within {} bytes", kCsvRowBytesMost)));
    }
    return true;
  }
  TableRow row;
  row.line = record_line_;
  row.fields = std::move(fields_);
  for (const Line& part : record_) row.raw += part.text;
  if (header_read_ && row.fields.size() != header_.size() && record_.size() > 1) {
    // A stray quote joined rows that are none.
    RASTI_CHECKED(GiveUp("a quote opens here that is closed in another row, or none"));
    return true;
  }
  record_line_ += static_cast<int64_t>(record_.size());
  record_.clear();
  record_bytes_ = 0;
  fields_.clear();
  while (row.raw.ends_with('\n') || row.raw.ends_with('\r')) row.raw.pop_back();
  Check(row);
  ready_.push_back(std::move(row));
  return true;
}

void CsvReader::Check(TableRow& row) const {
  const auto column = [&](size_t i) { return i < header_.size() ? header_[i] : fmt::format("column {}", i + 1); };
  for (size_t i = 0; i < row.fields.size(); ++i) {
    row.fault = TextFault(row.fields[i], encoding_);
    if (row.fault.empty()) continue;
    row.column = column(i);
    return;
  }
  if (!header_read_ || row.fields.size() == header_.size()) return;
  row.fault = fmt::format("{} fields, but the first line names {} columns", row.fields.size(), header_.size());
  if (row.fields.size() < header_.size()) row.column = header_[row.fields.size()];
}

Result<std::optional<TableRow>> CsvReader::Next() {
  while (ready_.empty()) {
    RASTI_TRY(const bool more, Feed());
    if (!more) return std::nullopt;
  }
  TableRow row = std::move(ready_.front());
  ready_.pop_front();
  while (row.raw.ends_with('\n') || row.raw.ends_with('\r')) row.raw.pop_back();
  return std::optional(std::move(row));
}

void CsvReader::OnField(void* text, size_t size, void* self) {
  static_cast<CsvReader*>(self)->fields_.emplace_back(static_cast<const char*>(text), size);
}

void CsvReader::OnRow(int /*end*/, void* self) { static_cast<CsvReader*>(self)->row_ended_ = true; }

}  // namespace rasti::cli
