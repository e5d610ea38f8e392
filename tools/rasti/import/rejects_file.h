// The rows that an import did not take, as a CSV file of their own: line, column, reason and the row as it stood, so
// that somebody can mend them in the table and import it again. Owned by one thread.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace rasti::cli {

struct RejectedRow {
  size_t file = 0;  // of those that are imported
  int64_t line = 0;
  std::string column;
  std::string reason;
  std::string raw;
};

class RejectsFile {
 public:
  /// Nothing is written before the first row, unless Open is called. The file replaces what an older one holds; only
  /// its owner may read it, because rows hold personal data: an older file that others may read is closed to them
  /// first. `files`: their names as a first column; empty where there is but one table. `delimiter`: between its
  /// fields, as in the table.
  explicit RejectsFile(std::string path, std::vector<std::string> files = {}, char delimiter = ',')
      : path_(std::move(path)), files_(std::move(files)), delimiter_(delimiter) {}
  ~RejectsFile();
  RejectsFile(const RejectsFile&) = delete;
  RejectsFile& operator=(const RejectsFile&) = delete;

  const std::string& path() const { return path_; }
  int64_t rows() const { return rows_; }
  /// Errors: kNotFound, kPermission (also where the file cannot be closed to others; it is then as it was), kNoSpace,
  /// kIo.
  Status Open();
  Status Add(const RejectedRow& row);
  /// Errors: what could not be written.
  Status Close();
  /// Deletes the file of an earlier import, whose rows have gone in by now; whatever else has its name stays. Whether
  /// there was one. REQUIRES: this import opened none. Errors: kPermission, kIo.
  Result<bool> RemoveOlder();

 private:
  const std::string path_;
  const std::vector<std::string> files_;
  const char delimiter_;
  FILE* file_ = nullptr;
  int64_t rows_ = 0;
};

/// The text as a field of a CSV file: in quotes where it needs them.
std::string CsvField(std::string_view text, char delimiter = ',');

}  // namespace rasti::cli
