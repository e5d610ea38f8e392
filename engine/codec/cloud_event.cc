#include "engine/codec/cloud_event.h"

#include <fmt/format.h>

#include "engine/codec/upcasters.h"

namespace rasti::codec {

std::vector<std::pair<std::string, std::string>> CloudEventHeaders(const core::Event& event) {
  const core::EventContext& context = event.ctx();
  const std::string_view type = core::EventTypeName(event.payload);
  std::vector<std::pair<std::string, std::string>> headers{
      {"ce_specversion", "1.0"},
      {"ce_id", core::EventId(context.case_id, event.revision)},
      {"ce_source", fmt::format("/tenants/{}", context.tenant.view())},
      {"ce_type", fmt::format("rasti.{}.v{}", type, Upcasters::Released().NewestVersion(type))},
      {"ce_time", FormatInstant(context.occurred_at)},
      {"ce_subject", context.case_id.str()},
      {"content-type", "application/protobuf"}};
  if (!context.traceparent.empty()) headers.emplace_back("ce_traceparent", context.traceparent);
  return headers;
}

}  // namespace rasti::codec
