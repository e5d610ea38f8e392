// The public register, to and from the socket.
#include <algorithm>

#include "tools/rasti/wire.h"

namespace rasti::cli {
void ToWire(const views::PublicQuery& query, v1::Request::ListPublic& out) {
  out.set_tenant(query.tenant.str());
  if (query.workflow) out.set_workflow(query.workflow->str());
  if (query.category) out.set_category(query.category->str());
  if (query.ended) out.set_ended(*query.ended);
  out.set_most(static_cast<int32_t>(std::min<size_t>(query.limit, INT32_MAX)));
  out.set_cursor(query.cursor);
}

views::PublicQuery FromWire(const v1::Request::ListPublic& in) {
  views::PublicQuery query;
  query.tenant = core::TenantId(in.tenant());
  if (!in.workflow().empty()) query.workflow = core::WorkflowId(in.workflow());
  if (!in.category().empty()) query.category = core::CategoryId(in.category());
  if (in.has_ended()) query.ended = in.ended();
  if (in.most() > 0) query.limit = static_cast<size_t>(in.most());
  query.cursor = in.cursor();
  return query;
}

void ToWire(const views::PublicPage& page, v1::Response::Public& out) {
  for (const views::PublicRow& row : page.rows) {
    auto& to = *out.add_rows();
    to.set_tenant(row.tenant.str());
    to.set_reference(row.reference);
    to.set_definition(row.definition.str());
    to.set_category(row.category.str());
    if (row.title) to.set_title(*row.title);
    to.set_stage(row.stage.str());
    to.set_status(ToWire(row.status));
    to.set_received_at_ms(ToUnixMillis(row.received_at));
    to.set_stage_since_at_ms(ToUnixMillis(row.stage_since));
    to.set_responses(row.responses);
  }
  out.set_next(page.next);
  out.set_total(page.total);
}

Result<views::PublicPage> FromWire(const v1::Response::Public& in) {
  views::PublicPage page;
  for (const auto& from : in.rows()) {
    views::PublicRow& row = page.rows.emplace_back();
    row.tenant = core::TenantId(from.tenant());
    row.reference = from.reference();
    row.definition = core::VersionedName(from.definition());
    row.category = core::CategoryId(from.category());
    if (from.has_title()) row.title = from.title();
    row.stage = core::StageId(from.stage());
    RASTI_TRY(row.status, FromWire(from.status()));
    RASTI_TRY(row.received_at, InstantFromWire(from.received_at_ms()));
    RASTI_TRY(row.stage_since, InstantFromWire(from.stage_since_at_ms()));
    row.responses = from.responses();
  }
  page.next = in.next();
  page.total = in.total();
  return page;
}

}  // namespace rasti::cli
