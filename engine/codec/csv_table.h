// A CSV file (RFC 4180) as a table in which every field knows its place; for small files that people edit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/issue.h"

namespace rasti::codec {

struct CsvField {
  std::string text;
  Mark mark;
};

struct CsvTable {
  std::vector<CsvField> header;
  std::vector<std::vector<CsvField>> rows;  // each as long as the header

  /// The column of that name, or nothing.
  std::optional<size_t> FindColumn(std::string_view name) const;
};

/// Empty lines are left out. Issues: an unclosed quote, text behind a quote, a row of another length than the header, a
/// column that stands twice.
std::optional<CsvTable> ParseCsv(std::string_view bytes, Issues& issues);

}  // namespace rasti::codec
