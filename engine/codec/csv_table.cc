#include "engine/codec/csv_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

class Parser {
 public:
  Parser(std::string_view bytes, Issues& issues) : rest_(bytes), issues_(issues) {}

  bool AtEnd() const { return rest_.empty(); }

  // One line with its fields; quoted fields may span lines. An empty line gives one empty field.
  std::vector<CsvField> Row() {
    std::vector<CsvField> row;
    for (;;) {
      row.push_back(Field());
      if (!Take(",")) break;
    }
    if (!Take("\r\n") && !Take("\n") && !AtEnd()) {
      issues_.Error(mark_, "text behind a closing quote: a quote within quotes is doubled");
      while (!AtEnd() && !Take("\n")) Step();
    }
    return row;
  }

 private:
  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    mark_ = text.back() == '\n' ? Mark{mark_.line + 1, 1} : Mark{mark_.line, mark_.column + 1};
    return true;
  }
  void Step() {
    rest_.remove_prefix(std::max<size_t>(1, core::expression::Utf8SequenceLength(rest_)));
    ++mark_.column;
  }
  void StepInto(std::string& text) {
    const std::string_view before = rest_;
    if (!Take("\n")) Step();
    text += before.substr(0, before.size() - rest_.size());
  }

  CsvField Field() {
    CsvField field{"", mark_};
    if (!Take("\"")) {
      while (!AtEnd() && !rest_.starts_with(',') && !rest_.starts_with('\n') && !rest_.starts_with("\r\n")) {
        StepInto(field.text);
      }
      return field;
    }
    for (;;) {
      if (AtEnd()) {
        issues_.Error(field.mark, "the quote is not closed");
        return field;
      }
      if (rest_.starts_with("\"\"")) {
        field.text += '"';
        Step();
        Step();
      } else if (Take("\"")) {
        return field;
      } else {
        StepInto(field.text);
      }
    }
  }

  std::string_view rest_;
  Issues& issues_;
  Mark mark_;
};

}  // namespace

std::optional<size_t> CsvTable::FindColumn(std::string_view name) const {
  const auto found = std::ranges::find(header, name, &CsvField::text);
  return found == header.end() ? std::nullopt : std::optional(static_cast<size_t>(found - header.begin()));
}

std::optional<CsvTable> ParseCsv(std::string_view bytes, Issues& issues) {
  Parser parser(bytes, issues);
  if (parser.AtEnd()) {
    issues.Error({}, "the file is empty: its first line names the columns");
    return std::nullopt;
  }
  CsvTable table;
  table.header = parser.Row();
  for (size_t i = 0; i < table.header.size(); ++i) {
    if (table.FindColumn(table.header[i].text) != i) {
      issues.Error(table.header[i].mark, fmt::format("the column '{}' stands twice", table.header[i].text));
    }
  }
  while (!parser.AtEnd()) {
    std::vector<CsvField> row = parser.Row();
    if (row.size() == 1 && row.front().text.empty()) continue;
    if (row.size() != table.header.size()) {
      issues.Error(row.front().mark,
                   fmt::format("{} fields, but the first line names {} columns", row.size(), table.header.size()));
      continue;
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace rasti::codec
