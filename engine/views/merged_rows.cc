#include "engine/views/merged_rows.h"

#include <fmt/format.h>

#include "engine/views/bytes.h"
#include "engine/views/tables.h"

namespace rasti::views {

std::string EncodeListPosition(const ListPosition& position) {
  std::string bytes;
  AppendSortable(bytes, position.number);
  return bytes.append(position.case_id.uuid.AsBytes());
}

Result<ListPosition> DecodeListPosition(std::string_view bytes, std::string_view table) {
  ByteReader reader(bytes);
  ListPosition position;
  position.number = reader.Sortable();
  const auto uuid = UuidFromBytes(reader.Rest());
  if (!reader.ok() || !uuid) {
    return Fail(
        Error::Corruption(fmt::format("views, table {}: a row is broken; delete the views, they are rebuilt", table)));
  }
  position.case_id = core::CaseId{*uuid};
  return position;
}

Result<std::string> DecodeCursor(const std::string& cursor, std::string_view list) {
  auto bytes = BytesFromHex(cursor);
  if (!bytes || (!bytes->empty() && bytes->size() != kPositionBytes)) {
    return Fail(Error::Invalid(fmt::format("cursor '{}': not of a page of {}", cursor, list)));
  }
  return *std::move(bytes);
}

void MergedRows::Range::Read() {
  const bool more =
      rows->Valid() && rows->key().size() == prefix.size() + kPositionBytes && rows->key().starts_with(prefix);
  position = more ? rows->key().substr(prefix.size()) : std::string_view();
}

void MergedRows::Add(std::string prefix, const std::string& after) {
  Range& range = ranges_.emplace_back();
  range.rows = reader_.Scan(table_);
  range.prefix = std::move(prefix);
  range.rows->Seek(after.empty() ? range.prefix : range.prefix + after + '\0');
  range.Read();
}

Result<std::string_view> MergedRows::First() {
  first_ = nullptr;
  for (Range& range : ranges_) {
    RASTI_CHECKED(range.rows->status());
    if (range.position.empty()) continue;
    if (first_ == nullptr || range.position < first_->position) first_ = &range;
  }
  return first_ == nullptr ? std::string_view() : first_->position;
}

void MergedRows::Next() {
  first_->rows->Next();
  first_->Read();
}

Result<std::vector<std::string>> TextsBehind(const ports::ViewReader& reader, ports::Table table,
                                             const std::string& prefix) {
  std::vector<std::string> texts;
  const auto rows = reader.Scan(table);
  rows->Seek(prefix);
  while (rows->Valid() && rows->key().starts_with(prefix)) {
    ByteReader rest(rows->key().substr(prefix.size()));
    texts.push_back(rest.SortableText());
    if (!rest.ok()) {
      return Fail(Error::Corruption(fmt::format("views, table {}: a row is broken; delete the views, they are rebuilt",
                                                ViewTables()[static_cast<size_t>(table.index)])));
    }
    std::string behind = prefix;
    AppendSortable(behind, texts.back());
    rows->Seek(behind + std::string(kPositionBytes + 1, '\xff'));
  }
  RASTI_CHECKED(rows->status());
  return texts;
}

}  // namespace rasti::views
