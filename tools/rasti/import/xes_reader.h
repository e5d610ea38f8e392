// A log of events in XES (IEEE 1849) as rows, one an event, with the columns that the same log has as a CSV file: the
// keys of the event, and those of its trace behind "case:".
//
// Values stand as the file has them. What a log declares as default for a missing attribute is not put in its place: a
// case without an end has none. Attributes within attributes, lists and containers are left out. Entities of a document
// type are not resolved, and nothing outside the file is read. The whole document is held in memory, about three times
// the size of the file. Owned by one thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "tools/rasti/import/row_source.h"

namespace rasti::cli {

inline constexpr size_t kXesBytesMost = size_t{256} << 20;
inline constexpr int kXesDepthMost = 64;
inline constexpr size_t kXesColumnsMost = 10'000;

class XesReader final : public RowSource {
 public:
  /// Errors: kNotFound, kPermission, kIo; kInvalidArgument (no XML, no log, deeper than kXesDepthMost, more keys than
  /// kXesColumnsMost, an encoding that no table may have); kOutOfRange (larger than kXesBytesMost).
  static Result<std::unique_ptr<XesReader>> Open(const std::string& path);

  const std::string& path() const override { return path_; }
  const std::vector<std::string>& header() const override { return header_; }
  Result<std::optional<TableRow>> Next() override;
  int64_t bytes_read() const override { return static_cast<int64_t>(at_); }
  int64_t bytes_total() const override { return static_cast<int64_t>(text_.size()); }

 private:
  XesReader(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}
  Status Parse();
  Status ReadHeader();
  Status AddColumns(const pugi::xml_node& element, const std::string& prefix);
  /// The attributes of a trace or an event into the row's fields; the first fault of it stands in the row.
  void Fill(const pugi::xml_node& element, const std::string& prefix, TableRow& row) const;
  TableRow RowOf(const pugi::xml_node& element, std::string where);
  int64_t LineOf(const pugi::xml_node& element);

  const std::string path_;
  const std::string text_;
  pugi::xml_document document_;
  std::vector<std::string> header_;
  absl::flat_hash_map<std::string, size_t> columns_;
  pugi::xml_node element_;  // of the log, that is read next
  pugi::xml_node event_;    // of the trace, that is read next
  TableRow trace_;          // what the trace says of each of its events
  int64_t traces_ = 0;
  int64_t events_ = 0;  // of the trace
  size_t at_ = 0;       // up to here the lines were counted
  int64_t line_ = 1;
};

}  // namespace rasti::cli
