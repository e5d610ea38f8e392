#include "tools/rasti/import/row_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/base/check.h"
#include "engine/core/expression/names.h"
#include "tools/rasti/output.h"

namespace rasti::cli {
namespace {

using codec::CellType;
using codec::MappedName;
using codec::MappedValue;
using nlohmann::json;

constexpr size_t kQuotedMost = 60;

std::string ColumnOf(const MappedValue& value) { return value.column ? value.column->text : std::string(); }

template <class T>
std::optional<T> NumberIn(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "2127.0", as a spreadsheet leaves it, is the whole number 2127.
std::string_view WithoutZeroFraction(std::string_view text) {
  const size_t point = text.find('.');
  if (point == 0 || point == std::string_view::npos) return text;
  return text.find_first_not_of('0', point + 1) == std::string_view::npos ? text.substr(0, point) : text;
}

std::optional<std::string> WithLeadingZeros(std::string_view text, int digits) {
  const std::string_view whole = WithoutZeroFraction(text);
  const auto size = static_cast<size_t>(digits);
  if (whole.empty() || whole.size() > size || whole.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(size - whole.size(), '0') + std::string(whole);
}

std::optional<bool> BoolIn(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "true" || lower == "yes" || lower == "1") return true;
  if (lower == "false" || lower == "no" || lower == "0") return false;
  return std::nullopt;
}

}  // namespace

tl::unexpected<RowFault> Faulty(std::string column, std::string reason) {
  return tl::unexpected(RowFault{std::move(column), std::move(reason)});
}

std::string Quoted(std::string_view cell) {
  std::string text = Printable(cell);
  if (text.size() > kQuotedMost) {
    size_t end = kQuotedMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text = text.substr(0, end) + "...";
  }
  return "'" + text + "'";
}

RowCells::RowCells(const codec::ImportMapping& mapping, cctz::time_zone zone, const std::vector<std::string>& header)
    : time_formats_(mapping.time_formats), decimal_(mapping.decimal), zone_(std::move(zone)) {
  for (size_t i = 0; i < header.size(); ++i) columns_.emplace(header[i], i);
}

const std::string& RowCells::Cell(const TableRow& row, const MappedName& column) const {
  const auto found = columns_.find(column.text);
  RASTI_CHECK(found != columns_.end() && found->second < row.fields.size(), "header and mapping were checked");
  return row.fields[found->second];
}

std::optional<std::string> RowCells::WithPoint(std::string text) const {
  if (decimal_ == '.') return text;
  // "1.234" may be thousands or a fraction of another country's: which is not for a program to guess.
  if (text.find('.') != std::string::npos) return std::nullopt;
  std::ranges::replace(text, decimal_, '.');
  return text;
}

RowCells::Read<Instant> RowCells::ParseTime(const std::string& text, const std::string& column) const {
  for (const std::string& format : time_formats_) {
    Instant at;
    if (!cctz::parse(format, text, zone_, &at)) continue;
    if (at < kEarliestInstant || at > kLatestInstant) break;
    return at;
  }
  return Faulty(column, fmt::format("{} is no time as in \"{}\"", Quoted(text), fmt::join(time_formats_, "\" or \"")));
}

RowCells::Read<std::optional<Instant>> RowCells::TimeIn(const TableRow& row, const MappedName& column) const {
  const std::string& cell = Cell(row, column);
  if (cell.empty()) return std::nullopt;
  RASTI_TRY(const Instant at, ParseTime(cell, column.text));
  return at;
}

RowCells::Read<std::optional<std::string>> RowCells::TextIn(const TableRow& row, const MappedValue& value) const {
  if (!value.column) return value.fixed;
  const std::string& cell = Cell(row, *value.column);
  if (!value.values.empty()) {
    if (const auto found = value.values.find(cell); found != value.values.end()) return found->second.text;
    if (value.otherwise) return value.otherwise->text;
    if (!cell.empty())
      return Faulty(value.column->text, fmt::format("{} is not among the mapping's values", Quoted(cell)));
  }
  if (!cell.empty()) return cell;
  if (value.otherwise) return value.otherwise->text;
  return std::nullopt;
}

RowCells::Read<std::string> RowCells::RequiredText(const TableRow& row, const MappedValue& value,
                                                   std::string_view what) const {
  RASTI_TRY(auto text, TextIn(row, value));
  if (!text) return Faulty(ColumnOf(value), fmt::format("empty, but a case needs its {}", what));
  return *std::move(text);
}

RowCells::Read<std::optional<json>> RowCells::ValueIn(const TableRow& row, const MappedValue& value) const {
  RASTI_TRY(const auto text, TextIn(row, value));
  if (!text) return std::nullopt;
  switch (value.type) {
    case CellType::kText: {
      if (value.digits == 0) return json(*text);
      const auto plain = WithPoint(*text);
      const auto number = plain ? WithLeadingZeros(*plain, value.digits) : std::nullopt;
      if (number) return json(*number);
      return Faulty(ColumnOf(value), fmt::format("a number of at most {} digits is wanted", value.digits));
    }
    case CellType::kInteger: {
      const auto plain = WithPoint(*text);
      const auto number = plain ? NumberIn<int64_t>(WithoutZeroFraction(*plain)) : std::nullopt;
      if (number) return json(*number);
      return Faulty(ColumnOf(value), "a whole number is wanted");
    }
    case CellType::kNumber: {
      const auto plain = WithPoint(*text);
      const auto number = plain ? NumberIn<double>(*plain) : std::nullopt;
      if (number && std::isfinite(*number)) return json(*number);
      const bool has_other = text->find(decimal_ == '.' ? ',' : '.') != std::string::npos;
      return Faulty(ColumnOf(value), fmt::format("a number is wanted, as in 42{}5{}", decimal_,
                                                 has_other ? "; `decimal` in the mapping says what divides it" : ""));
    }
    case CellType::kBoolean:
      if (const auto truth = BoolIn(*text)) return json(*truth);
      return Faulty(ColumnOf(value), "true or false is wanted");
    case CellType::kTime: {
      RASTI_TRY(const Instant at, ParseTime(*text, ColumnOf(value)));
      return json(FormatInstant(at));
    }
  }
  return std::nullopt;
}

RowCells::Read<std::string> RowCells::FieldsIn(const TableRow& row,
                                               const std::vector<codec::MappedField>& mapped) const {
  json fields = json::object();
  for (const codec::MappedField& field : mapped) {
    RASTI_TRY(auto value, ValueIn(row, field.value));
    if (value) fields[field.name.text] = *std::move(value);
  }
  return fields.empty() ? std::string() : core::CanonicalJson(fields);
}

}  // namespace rasti::cli
