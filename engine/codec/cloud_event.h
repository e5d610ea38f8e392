// The headers that make an event's record on Kafka a CloudEvent: CloudEvents 1.0, Kafka protocol binding, binary mode
// (github.com/cloudevents/spec, kafka-protocol-binding.md 3.2). Readers that route or count need not open the body.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/core/event.h"

namespace rasti::codec {

/// ce_specversion, ce_id (case_id/revision), ce_source (/tenants/TENANT), ce_type (rasti.EVENT_TYPE.vVERSION), ce_time
/// (occurred_at), ce_subject (case_id), content-type; ce_traceparent where there is one (the Distributed Tracing
/// extension). All of it repeats what the body says.
std::vector<std::pair<std::string, std::string>> CloudEventHeaders(const core::Event& event);

}  // namespace rasti::codec
