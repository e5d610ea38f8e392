#include "tools/rasti/import/rejects_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "engine/base/check.h"

namespace rasti::cli {
namespace {

Error WriteError(const std::string& path, int error) {
  const ErrorCode code = error == ENOENT                                       ? ErrorCode::kNotFound
                         : error == EACCES || error == EPERM || error == EROFS ? ErrorCode::kPermission
                         : error == ENOSPC || error == EDQUOT                  ? ErrorCode::kNoSpace
                                                                               : ErrorCode::kIo;
  return {code, fmt::format("cannot write {}: {}", path, std::strerror(error))};  // NOLINT(concurrency-mt-unsafe)
}

constexpr std::string_view kDelimiters = ",;\t|";

std::string HeaderOf(bool several, char delimiter) {
  std::string header = several ? "file,line,column,reason,row\n" : "line,column,reason,row\n";
  std::ranges::replace(header, ',', delimiter);
  return header;
}

// What an older file holds goes, and with it the right of anybody but the owner to read it. Pipes and devices stay as
// they are.
Status Empty(int file, const std::string& path) {
  struct stat about {};
  if (::fstat(file, &about) != 0) return Fail(WriteError(path, errno));
  if (!S_ISREG(about.st_mode)) return {};
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0 && ::fchmod(file, S_IRUSR | S_IWUSR) != 0) {
    const Error error = WriteError(path, errno);
    return Fail(error.code, fmt::format("{}, closed to others, who may read it now; rejected rows may be personal: "
                                        "delete the file, or name another one with --rejects",
                                        error.message));
  }
  if (::ftruncate(file, 0) != 0) return Fail(WriteError(path, errno));
  return {};
}

}  // namespace

std::string CsvField(std::string_view text, char delimiter) {
  // Readers take blanks and tabs off the ends of what stands in no quotes.
  constexpr std::string_view kBlanks = " \t";
  const bool blank_ends = !text.empty() && (kBlanks.find(text.front()) != std::string_view::npos ||
                                            kBlanks.find(text.back()) != std::string_view::npos);
  const bool has_delimiter = text.find(delimiter) != std::string_view::npos;
  if (!has_delimiter && text.find_first_of("\"\r\n") == std::string_view::npos && !blank_ends) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + "\"";
}

RejectsFile::~RejectsFile() {
  if (file_ != nullptr) std::fclose(file_);
}

Status RejectsFile::Open() {
  if (file_ != nullptr) return {};
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Fail(WriteError(path_, errno));
  if (Status emptied = Empty(file, path_); !emptied) {
    ::close(file);
    return emptied;
  }
  file_ = ::fdopen(file, "wb");
  if (file_ == nullptr) {
    const int error = errno;
    ::close(file);
    return Fail(WriteError(path_, error));
  }
  if (std::fputs(HeaderOf(!files_.empty(), delimiter_).c_str(), file_) < 0) return Fail(WriteError(path_, errno));
  return {};
}

Status RejectsFile::Add(const RejectedRow& row) {
  RASTI_CHECKED(Open());
  ++rows_;
  std::string text;
  if (!files_.empty()) text = CsvField(files_.at(row.file), delimiter_) + delimiter_;
  text += fmt::to_string(row.line);
  for (const std::string* field : {&row.column, &row.reason, &row.raw})
    text += delimiter_ + CsvField(*field, delimiter_);
  text += '\n';
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) return Fail(WriteError(path_, errno));
  return {};
}

Status RejectsFile::Close() {
  if (file_ == nullptr) return {};
  FILE* file = file_;
  file_ = nullptr;
  if (std::fclose(file) != 0) return Fail(WriteError(path_, errno));
  return {};
}

Result<bool> RejectsFile::RemoveOlder() {
  RASTI_CHECK(file_ == nullptr && rows_ == 0, "this import wrote no rejects file");
  struct stat about {};
  if (::lstat(path_.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return false;
  std::string begins(HeaderOf(true, ',').size(), '\0');
  std::ifstream in(path_, std::ios::binary);
  in.read(begins.data(), static_cast<std::streamsize>(begins.size()));
  begins.resize(static_cast<size_t>(in.gcount()));
  const bool is_ours = std::ranges::any_of(kDelimiters, [&](char delimiter) {
    return begins.starts_with(HeaderOf(false, delimiter)) || begins.starts_with(HeaderOf(true, delimiter));
  });
  if (!is_ours) return false;
  if (::unlink(path_.c_str()) != 0) return Fail(WriteError(path_, errno));
  return true;
}

}  // namespace rasti::cli
