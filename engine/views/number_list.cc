// Numbers of a register: its events from the third on, one for each number.
#include "engine/views/number_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/register_number.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

Result<NumberRow> RowOf(const codec::DecodedEvent& decoded, int64_t number) {
  const auto* issued = std::get_if<core::NumberIssued>(&decoded.event.payload);
  if (issued == nullptr || issued->number != number) {
    return Fail(Error::Corruption(
        fmt::format("revision {} of the register does not give the number {}", decoded.event.revision.value, number)));
  }
  return NumberRow{number, issued->to, decoded.event.ctx().recorded_at};
}

}  // namespace

Result<NumberPage> Views::Numbers(const NumberQuery& query) const {
  if (query.limit == 0) return Fail(Error::Invalid("a page has at least one row"));
  if (query.from < 1) return Fail(Error::Invalid(fmt::format("from: {} is no number; the first is 1", query.from)));
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, query.tenant));
  const HistoryReader reader(*snapshot, log_);
  const core::CaseId id = core::RegisterCaseId(query.tenant, query.register_id, query.period);
  RASTI_TRY(const auto current, reader.Current(id));
  NumberPage page;
  if (!current) return page;
  if (!core::IsRegister(current->state.definition)) {
    return Fail(Error::Corruption(fmt::format("case {} stands where the register '{}' of '{}' belongs", id.str(),
                                              query.register_id, query.tenant.str())));
  }
  page.total = core::NumberAt(current->state.revision);
  if (query.from > page.total) return page;
  const int64_t last = query.from + std::min<int64_t>(static_cast<int64_t>(query.limit) - 1, page.total - query.from);
  RASTI_TRY(const auto events,
            reader.Slice(*current, core::RevisionOfNumber(query.from), core::RevisionOfNumber(last)));
  for (const codec::DecodedEvent& decoded : events) {
    RASTI_TRY(const NumberRow row, RowOf(decoded, query.from + static_cast<int64_t>(page.rows.size())));
    page.rows.push_back(row);
  }
  return page;
}

}  // namespace rasti::views
