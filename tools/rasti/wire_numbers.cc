// Numbers of registers, to and from the socket.
#include <algorithm>

#include "tools/rasti/wire.h"

namespace rasti::cli {

void ToWire(const views::NumberQuery& query, v1::Request::ListNumbers& out) {
  out.set_tenant(query.tenant.str());
  out.set_register_id(query.register_id);
  out.set_period(query.period);
  out.set_from(query.from);
  out.set_most(static_cast<int32_t>(std::min<size_t>(query.limit, INT32_MAX)));
}

views::NumberQuery FromWire(const v1::Request::ListNumbers& in) {
  views::NumberQuery query;
  query.tenant = core::TenantId(in.tenant());
  query.register_id = in.register_id();
  query.period = in.period();
  if (in.from() != 0) query.from = in.from();
  if (in.most() > 0) query.limit = static_cast<size_t>(in.most());
  return query;
}

void ToWire(const views::NumberPage& page, v1::Response::Numbers& out) {
  for (const views::NumberRow& row : page.rows) {
    auto& to = *out.add_rows();
    to.set_number(row.number);
    to.set_case_id(std::string(row.case_id.uuid.AsBytes()));
    to.set_issued_at_ms(ToUnixMillis(row.issued_at));
  }
  out.set_total(page.total);
}

Result<views::NumberPage> FromWire(const v1::Response::Numbers& in) {
  views::NumberPage page;
  for (const auto& from : in.rows()) {
    views::NumberRow& row = page.rows.emplace_back();
    row.number = from.number();
    RASTI_TRY(row.case_id.uuid, UuidFromBytes(from.case_id()));
    RASTI_TRY(row.issued_at, InstantFromWire(from.issued_at_ms()));
  }
  page.total = in.total();
  return page;
}

}  // namespace rasti::cli
