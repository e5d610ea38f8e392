// The headers that make an event's record on Kafka a CloudEvent: CloudEvents 1.0, Kafka protocol binding, binary mode
// (github.com/cloudevents/spec, kafka-protocol-binding.md 3.2). Readers that route or count need not open the body.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/core/event.h"

namespace rasti::codec {

/// Keep it for as long as events come: those of one decision share case, tenant and time. Not thread-safe.
class CloudEventWriter {
 public:
  /// ce_specversion, ce_id (case_id/revision), ce_source (/tenants/TENANT), ce_type (rasti.EVENT_TYPE.vVERSION),
  /// ce_time (occurred_at), ce_subject (case_id), content-type; ce_traceparent where there is one (the Distributed
  /// Tracing extension). All of it repeats what the body says.
  std::vector<std::pair<std::string, std::string>> HeadersOf(const core::Event& event);

 private:
  core::CaseId case_id_;
  std::string case_text_;  // empty: nothing is remembered yet
  core::TenantId tenant_;
  std::string source_;
  Instant time_{};
  std::string time_text_;
};

}  // namespace rasti::codec
