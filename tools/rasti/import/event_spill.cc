#include "tools/rasti/import/event_spill.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/base/check.h"
#include "tools/rasti/scratch_directory.h"

namespace rasti::cli {
namespace {

Error ScratchError(const char* what) {
  const int error = errno;
  const ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::kNoSpace : ErrorCode::kIo;
  return {code, fmt::format("cannot {} the rows in the scratch directory (TMPDIR): {}", what,
                            std::strerror(error))};  // NOLINT(concurrency-mt-unsafe)
}

bool WriteNumber(FILE* file, uint64_t number) { return std::fwrite(&number, sizeof number, 1, file) == 1; }
bool WriteText(FILE* file, const std::string& text) {
  return WriteNumber(file, text.size()) && std::fwrite(text.data(), 1, text.size(), file) == text.size();
}
bool ReadNumber(FILE* file, uint64_t& number) { return std::fread(&number, sizeof number, 1, file) == 1; }
bool ReadText(FILE* file, std::string& text) {
  uint64_t size = 0;
  if (!ReadNumber(file, size)) return false;
  text.resize(size);
  return std::fread(text.data(), 1, size, file) == size;
}

bool WriteRow(FILE* file, const EventRow& one) {
  bool written = WriteNumber(file, one.file) && WriteNumber(file, static_cast<uint64_t>(one.row.line)) &&
                 WriteText(file, one.row.where) && WriteText(file, one.row.raw) &&
                 WriteNumber(file, one.row.fields.size());
  for (const std::string& field : one.row.fields) written = written && WriteText(file, field);
  return written;
}

bool ReadRow(FILE* file, EventRow& one) {
  uint64_t number = 0;
  if (!ReadNumber(file, number)) return false;
  one.file = number;
  if (!ReadNumber(file, number)) return false;
  one.row.line = static_cast<int64_t>(number);
  if (!ReadText(file, one.row.where) || !ReadText(file, one.row.raw) || !ReadNumber(file, number)) return false;
  one.row.fields.resize(number);
  for (std::string& field : one.row.fields) {
    if (!ReadText(file, field)) return false;
  }
  return true;
}

}  // namespace

EventSpill::~EventSpill() {
  for (FILE* file : files_) {
    if (file != nullptr) std::fclose(file);
  }
}

Status EventSpill::Open() {
  RASTI_TRY(const ScratchDirectory directory, ScratchDirectory::Make("import", ""));
  for (size_t part = 0; part < kParts; ++part) {
    const std::string path = fmt::format("{}/{}", directory.path(), part);
    files_[part] = std::fopen(path.c_str(), "w+be");
    if (files_[part] == nullptr) return Fail(ScratchError("keep"));
    ::unlink(path.c_str());
  }
  return {};
}

Status EventSpill::Add(size_t part, const EventRow& row) {
  if (!WriteRow(files_.at(part), row)) return Fail(ScratchError("keep"));
  ++rows_.at(part);
  return {};
}

Result<std::vector<EventRow>> EventSpill::Read(size_t part) {
  FILE* file = files_.at(part);
  if (std::fflush(file) != 0) return Fail(ScratchError("keep"));
  std::rewind(file);
  std::vector<EventRow> rows(rows_.at(part));
  for (EventRow& row : rows) {
    if (!ReadRow(file, row)) return Fail(ScratchError("read"));
  }
  return rows;
}

}  // namespace rasti::cli
