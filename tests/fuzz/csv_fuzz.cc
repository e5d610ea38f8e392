// CSV files of `rasti import`. In whatever pieces a file is read, its rows are the same. Rows are accounted for line by
// line: what is no row is blank. Rows that are in order are read the same when they are written again.
#include <algorithm>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"
#include "tools/rasti/import/csv_reader.h"
#include "tools/rasti/import/rejects_file.h"
#include "tools/rasti/import/text_decoder.h"

namespace rasti::fuzz {
namespace {

using cli::CsvReader;
using cli::TableRow;
using codec::TableEncoding;

struct Table {
  std::vector<std::string> header;
  std::vector<TableRow> rows;
  std::optional<Error> error;  // where reading ended
};

bool SameRow(const TableRow& a, const TableRow& b) {
  return a.line == b.line && a.raw == b.raw && a.fields == b.fields && a.fault == b.fault && a.column == b.column;
}

bool SameTable(const Table& a, const Table& b) {
  return a.header == b.header && a.error == b.error && std::ranges::equal(a.rows, b.rows, SameRow);
}

Table Read(std::string_view csv, TableEncoding encoding, size_t chunk_bytes) {
  static MemoryFile file;
  file.Write(csv);
  Table table;
  const auto reader = CsvReader::Open(file.path(), encoding, chunk_bytes);
  if (!reader) {
    table.error = reader.error();
    return table;
  }
  table.header = (*reader)->header();
  for (;;) {
    auto row = (*reader)->Next();
    if (!row) table.error = row.error();
    if (!row || !*row) break;
    table.rows.push_back(**std::move(row));
  }
  RASTI_CHECK(table.error || (*reader)->bytes_read() == static_cast<int64_t>(csv.size()), "a file is read to its end");
  return table;
}

Table ReadInPieces(std::string_view csv, TableEncoding encoding) {
  Table table = Read(csv, encoding, cli::kCsvChunkBytes);
  for (const size_t chunk_bytes : {size_t{1}, size_t{2}, size_t{7}, size_t{61}}) {
    RASTI_CHECK(SameTable(table, Read(csv, encoding, chunk_bytes)),
                "the rows are the same in whatever pieces they come");
  }
  if (table.error) CheckError(*table.error);
  for (const TableRow& row : table.rows) {
    if (!row.fault.empty()) continue;
    RASTI_CHECK(row.fields.size() == table.header.size(), "a row has a field for each column");
    for (const std::string& field : row.fields) RASTI_CHECK(cli::TextFault(field).empty(), "a field is a text");
  }
  return table;
}

std::string InQuotes(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string Line(const std::vector<std::string>& fields, std::string (*write)(const std::string&)) {
  std::string line;
  for (const std::string& field : fields) line += (&field == fields.data() ? "" : ",") + write(field);
  return line + "\n";
}

void CheckWrittenAgain(const Table& table) {
  std::string quoted = Line(table.header, InQuotes);
  // As the rejects file has them. One column that may be empty would make a blank line.
  std::string plain = "first,row,last\n";
  std::vector<const TableRow*> sound;
  for (const TableRow& row : table.rows) {
    if (!row.fault.empty()) continue;
    sound.push_back(&row);
    quoted += Line(row.fields, InQuotes);
    plain += "1," + cli::CsvField(row.fields.front()) + "," + cli::CsvField(row.fields.back()) + "\n";
  }
  const Table again = Read(quoted, TableEncoding::kUtf8, cli::kCsvChunkBytes);
  const Table kept = Read(plain, TableEncoding::kUtf8, cli::kCsvChunkBytes);
  RASTI_CHECK(again.header == table.header && again.rows.size() == sound.size() && kept.rows.size() == sound.size(),
              "every row that was written is read");
  for (size_t i = 0; i < sound.size(); ++i) {
    RASTI_CHECK(again.rows[i].fault.empty() && again.rows[i].fields == sound[i]->fields, "a row is read as it was");
    const std::vector<std::string> wanted = {"1", sound[i]->fields.front(), sound[i]->fields.back()};
    RASTI_CHECK(kept.rows[i].fault.empty() && kept.rows[i].fields == wanted, "a rejected row can be read");
  }
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (text.substr(end).starts_with("\r\n")) ++end;
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::string_view WithoutEnd(std::string_view text) { return text.substr(0, text.find_last_not_of("\r\n") + 1); }

const cli::TextDecoder& DecoderOf(TableEncoding encoding) {
  const auto made = [](TableEncoding one) {
    auto decoder = cli::TextDecoder::Create(one);
    RASTI_CHECK(decoder.has_value(), "this machine has the table");
    return *std::move(decoder);
  };
  static const cli::TextDecoder latin1 = made(TableEncoding::kLatin1);
  static const cli::TextDecoder windows = made(TableEncoding::kWindows1252);
  return encoding == TableEncoding::kLatin1 ? latin1 : windows;
}

// Behind a header of our own, of which it is known where it ends.
void CheckNothingLost(std::string_view input, TableEncoding encoding) {
  std::string text = "first,second\n" + std::string(input);
  const Table table = Read(text, encoding, cli::kCsvChunkBytes);
  if (table.error) return;
  if (encoding != TableEncoding::kUtf8) DecoderOf(encoding).ToUtf8(text, 0);
  const std::vector<std::string_view> lines = SplitLines(text);
  size_t next = 1;
  const auto skip_blank = [&] {
    while (next < lines.size() && IsBlank(lines[next])) ++next;
  };
  for (const TableRow& row : table.rows) {
    skip_blank();
    RASTI_CHECK(next < lines.size() && row.line == static_cast<int64_t>(next) + 1, "a row begins where it says");
    std::string raw;
    do raw += lines[next++];
    while (WithoutEnd(raw) != row.raw && next < lines.size());
    RASTI_CHECK(WithoutEnd(raw) == row.raw, "a row is what stands there");
  }
  skip_blank();
  RASTI_CHECK(next == lines.size(), "no line is lost");
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  const std::string_view csv = AsText(data, size);
  // What is read again behind broken quotes has bounds, and rows have, that smaller files do not come to.
  if (csv.size() > 65'536) return 0;
  for (const TableEncoding encoding : {TableEncoding::kUtf8, TableEncoding::kLatin1, TableEncoding::kWindows1252}) {
    const Table table = ReadInPieces(csv, encoding);
    if (!table.error) CheckWrittenAgain(table);
    CheckNothingLost(csv, encoding);
  }
  return 0;
}
