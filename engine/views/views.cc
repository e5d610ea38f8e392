#include "engine/views/views.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/register_number.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

Error NotHere(const ports::ViewReader& reader, const std::string& what) {
  auto only = KeptOnly(reader);
  return only ? Error::NotFound(what + *only) : std::move(only).error();
}

Error NoSuchCase(const ports::ViewReader& reader, const core::CaseId& id) {
  return NotHere(reader, fmt::format("there is no case {}", id.str()));
}

Error NotYet(const core::CaseId& id, const Moment& moment) {
  return Error::NotFound(fmt::format("there was no case {} {} {}; it came later", id.str(),
                                     moment.at ? "at" : "in the log at", FormatInstant(moment.Now())));
}

}  // namespace

Result<core::Sequence> Views::NextSequence(core::PartitionId partition) const {
  RASTI_TRY(const auto value, store_.Get(kMeta, PositionKey(partition)));
  if (!value) return core::Sequence{};
  return DecodePosition(*value);
}

Result<CasePage> Views::GetCase(const core::CaseId& id, const Moment& moment) const {
  const auto snapshot = store_.Snapshot();
  const HistoryReader reader(*snapshot, log_);
  RASTI_TRY(auto current, reader.Current(id));
  if (!current) return Fail(NoSuchCase(*snapshot, id));
  RASTI_TRY(auto page, reader.AsOf(*std::move(current), moment));
  if (!page) return Fail(NotYet(id, moment));
  return *std::move(page);
}

Result<CaseHistory> Views::History(const core::CaseId& id, const Moment& moment) const {
  const auto snapshot = store_.Snapshot();
  const HistoryReader reader(*snapshot, log_);
  RASTI_TRY(const auto current, reader.Current(id));
  if (!current) return Fail(NoSuchCase(*snapshot, id));
  RASTI_TRY(auto history, reader.Events(*current, moment));
  if (history.events.empty()) return Fail(NotYet(id, moment));
  return history;
}

Result<HistoryPage> Views::HistoryFrom(const core::CaseId& id, const HistoryQuery& query) const {
  const auto snapshot = store_.Snapshot();
  const HistoryReader reader(*snapshot, log_);
  RASTI_TRY(const auto current, reader.Current(id));
  if (!current) return Fail(NoSuchCase(*snapshot, id));
  RASTI_TRY(auto page, reader.Page(*current, query));
  if (page.records.empty()) return Fail(NotYet(id, query.moment));
  return page;
}

Result<std::vector<core::CaseId>> Views::FindReference(std::string_view reference) const {
  RASTI_TRY(const std::string normal, core::ParsePublicReference(reference));
  const std::string prefix = ReferencePrefix(normal);
  std::vector<core::CaseId> found;
  const auto snapshot = store_.Snapshot();
  const auto rows = snapshot->Scan(kReferences);
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
    RASTI_TRY(const Uuid uuid, UuidFromBytes(rows->key().substr(prefix.size())));
    found.push_back(core::CaseId{uuid});
  }
  RASTI_CHECKED(rows->status());
  return found;
}

Result<core::CaseId> Views::FindCase(std::string_view text) const {
  if (auto id = core::ParseCaseId(text)) return id;
  const auto found = FindReference(text);
  if (!found) {
    return Fail(found.error().At(
        fmt::format("'{}' is neither a case id (36 characters with hyphens) nor a public reference", text)));
  }
  if (found->empty()) return Fail(NotHere(store_, fmt::format("no case has the reference {}", text)));
  if (found->size() == 1) return found->front();
  std::vector<std::string> names;
  for (const core::CaseId& id : *found) names.push_back(id.str());
  return Fail(Error::Invalid(fmt::format("{} cases have the reference {}; name one by its id: {}", names.size(), text,
                                         fmt::join(names, ", "))));
}

Result<CaseList> Views::ListCases(const CaseQuery& query) const {
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, query.tenant));
  const HistoryReader reader(*snapshot, log_);
  const auto rows = snapshot->Scan(kCases);
  CaseList list;
  rows->Seek(query.after ? CaseKey(*query.after) : std::string_view());
  if (query.after && rows->Valid() && rows->key() == CaseKey(*query.after)) rows->Next();
  size_t bytes = 0;
  for (; rows->Valid(); rows->Next()) {
    if (list.pages.size() == query.limit || (!list.pages.empty() && bytes >= query.bytes)) {
      list.next = list.pages.back().state.id;
      return list;
    }
    RASTI_TRY(CasePage current, DecodeCase(rows->key(), rows->value()));
    if (query.tenant && current.state.tenant != *query.tenant) continue;
    if (core::IsRegister(current.state.definition)) continue;
    RASTI_TRY(auto page, reader.AsOf(std::move(current), query.moment));
    if (!page) continue;
    list.pages.push_back(*std::move(page));
    bytes += rows->value().size();
  }
  RASTI_CHECKED(rows->status());
  return list;
}

Status Views::ForEachCase(const std::function<Status(const CasePage&)>& visit) const {
  const auto snapshot = store_.Snapshot();
  return HistoryReader(*snapshot, log_).ForEachCase({}, visit);
}

}  // namespace rasti::views
