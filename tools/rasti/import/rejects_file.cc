#include "tools/rasti/import/rejects_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rasti::cli {
namespace {

Error WriteError(const std::string& path, int error) {
  const ErrorCode code = error == ENOENT                      ? ErrorCode::kNotFound
                         : error == EACCES || error == EROFS  ? ErrorCode::kPermission
                         : error == ENOSPC || error == EDQUOT ? ErrorCode::kNoSpace
                                                              : ErrorCode::kIo;
  return {code, fmt::format("cannot write {}: {}", path, std::strerror(error))};  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

std::string CsvField(std::string_view text) {
  // Readers take blanks and tabs off the ends of what stands in no quotes.
  constexpr std::string_view kBlanks = " \t";
  const bool blank_ends = !text.empty() && (kBlanks.find(text.front()) != std::string_view::npos ||
                                            kBlanks.find(text.back()) != std::string_view::npos);
  if (text.find_first_of(",\"\r\n") == std::string_view::npos && !blank_ends) return std::string(text);
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
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Fail(WriteError(path_, errno));
  file_ = ::fdopen(file, "wb");
  if (file_ == nullptr) {
    const int error = errno;
    ::close(file);
    return Fail(WriteError(path_, error));
  }
  const char* header = files_.empty() ? "line,column,reason,row\n" : "file,line,column,reason,row\n";
  if (std::fputs(header, file_) < 0) return Fail(WriteError(path_, errno));
  return {};
}

Status RejectsFile::Add(const RejectedRow& row) {
  RASTI_CHECKED(Open());
  ++rows_;
  const std::string file = files_.empty() ? "" : CsvField(files_.at(row.file)) + ",";
  const std::string text =
      fmt::format("{}{},{},{},{}\n", file, row.line, CsvField(row.column), CsvField(row.reason), CsvField(row.raw));
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

}  // namespace rasti::cli
