// Rows with columns, wherever they come from: a CSV file, or a log of events as XES. Owned by one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/import_mapping.h"

namespace rasti::cli {

struct TableRow {
  int64_t line = 0;   // of the file, from 1: where the row begins
  std::string where;  // beside the line, where that helps: "trace 3, event 2"
  std::string raw;    // as it stands in the file, without the end of the line
  std::vector<std::string> fields;
  std::string fault;   // why the row cannot be used; empty where it can
  std::string column;  // that is to blame; empty where none is
};

/// What stands between the fields of a file's rows.
struct Delimiter {
  char character = ',';
  bool is_guess = false;  // nobody said so; the file's first line looks like it
};
/// As the mapping writes it: ";" in quotes, or tab.
std::string DelimiterText(char delimiter);

class RowSource {
 public:
  RowSource() = default;
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;
  virtual ~RowSource() = default;

  virtual const std::string& path() const = 0;
  virtual const std::vector<std::string>& header() const = 0;
  /// The next row, or nothing at the end. A row whose `fault` is empty has as many fields as the header, in UTF-8,
  /// without NUL. Errors: kIo; kInvalidArgument (what can only be no such file).
  virtual Result<std::optional<TableRow>> Next() = 0;
  virtual Delimiter delimiter() const { return {}; }
  virtual int64_t bytes_read() const = 0;
  virtual int64_t bytes_total() const = 0;
};

/// Why this is no text that Rasti keeps: no UTF-8, or a NUL byte. Empty where it is one. `encoding`: what it was
/// decoded from.
std::string TextFault(std::string_view text, codec::TableEncoding encoding = codec::TableEncoding::kUtf8);

/// By the file's name: XES where it ends in ".xes", otherwise CSV. Errors: those of the readers.
Result<std::unique_ptr<RowSource>> OpenRows(const std::string& path, const codec::ImportMapping& mapping);

}  // namespace rasti::cli
