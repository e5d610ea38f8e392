#include "engine/codec/cloud_event.h"

#include "engine/codec/upcasters.h"

namespace rasti::codec {
namespace {

std::string TypeOf(const core::EventPayload& payload) {
  const std::string_view name = core::EventTypeName(payload);
  std::string type = "rasti.";
  type.append(name).append(".v").append(std::to_string(Upcasters::Released().NewestVersion(name)));
  return type;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> CloudEventWriter::HeadersOf(const core::Event& event) {
  const core::EventContext& context = event.ctx();
  const bool is_first = case_text_.empty();
  if (is_first || context.case_id != case_id_) {
    case_id_ = context.case_id;
    case_text_ = case_id_.str();
  }
  if (is_first || context.tenant != tenant_) {
    tenant_ = context.tenant;
    source_ = "/tenants/" + tenant_.str();
  }
  if (is_first || context.occurred_at != time_) {
    time_ = context.occurred_at;
    time_text_ = FormatInstant(time_);
  }
  std::vector<std::pair<std::string, std::string>> headers;
  // Two more are added by the log.
  headers.reserve(10);
  headers.emplace_back("ce_specversion", "1.0");
  headers.emplace_back("ce_id", case_text_ + "/" + std::to_string(event.revision.value));
  headers.emplace_back("ce_source", source_);
  headers.emplace_back("ce_type", TypeOf(event.payload));
  headers.emplace_back("ce_time", time_text_);
  headers.emplace_back("ce_subject", case_text_);
  headers.emplace_back("content-type", "application/protobuf");
  if (!context.traceparent.empty()) headers.emplace_back("ce_traceparent", context.traceparent);
  return headers;
}

}  // namespace rasti::codec
