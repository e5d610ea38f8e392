// What the cells of a row say, by the mapping: times, numbers, texts, and why one cannot be read. Thread-safe.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <cctz/time_zone.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/import_mapping.h"
#include "engine/core/command.h"
#include "tools/rasti/import/row_source.h"

namespace rasti::cli {

/// Why a row cannot be imported.
struct RowFault {
  std::string column;
  std::string reason;
};
tl::unexpected<RowFault> Faulty(std::string column, std::string reason);

/// A cell as a message quotes it: printable, and not too long.
std::string Quoted(std::string_view cell);

class RowCells {
 public:
  template <class T>
  using Read = tl::expected<T, RowFault>;

  /// REQUIRES: the header has every column that the mapping names. `zone`: of times without an offset.
  RowCells(const codec::ImportMapping& mapping, cctz::time_zone zone, const std::vector<std::string>& header);

  const std::string& Cell(const TableRow& row, const codec::MappedName& column) const;
  /// Nothing where the cell is empty.
  Read<std::optional<Instant>> TimeIn(const TableRow& row, const codec::MappedName& column) const;
  /// What the cell means, as text; nothing where it is empty and has no default.
  Read<std::optional<std::string>> TextIn(const TableRow& row, const codec::MappedValue& value) const;
  Read<std::string> RequiredText(const TableRow& row, const codec::MappedValue& value, std::string_view what) const;
  Read<std::optional<nlohmann::json>> ValueIn(const TableRow& row, const codec::MappedValue& value) const;
  /// The fields of an action as a JSON object; empty for none.
  Read<std::string> FieldsIn(const TableRow& row, const std::vector<codec::MappedField>& mapped) const;

 private:
  Read<Instant> ParseTime(const std::string& text, const std::string& column) const;
  /// A number's text with a point before its fraction; nothing where another sign stands there than the mapping says.
  std::optional<std::string> WithPoint(std::string text) const;

  const std::vector<std::string> time_formats_;
  const char decimal_;
  const cctz::time_zone zone_;
  absl::flat_hash_map<std::string, size_t> columns_;
};

}  // namespace rasti::cli
