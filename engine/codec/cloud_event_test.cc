#include "engine/codec/cloud_event.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "tests/support/any.h"

namespace rasti::codec {
namespace {

RC_GTEST_PROP(CloudEvent, HeadersSayWhatTheBodySays, ()) {
  // What one event leaves behind must not show in the next; some of the next share case, tenant or time.
  CloudEventWriter writer;
  core::Event before = test::AnyEvent();
  static_cast<void>(writer.HeadersOf(before));
  core::Event event = test::AnyEvent();
  core::EventContext context = event.ctx();
  if (test::AnyNumber(0, 1) == 1) context.case_id = before.ctx().case_id;
  if (test::AnyNumber(0, 1) == 1) context.tenant = before.ctx().tenant;
  if (test::AnyNumber(0, 1) == 1) context.occurred_at = before.ctx().occurred_at;
  event.context = std::make_shared<const core::EventContext>(context);
  const auto list = writer.HeadersOf(event);
  const std::map<std::string, std::string> headers(list.begin(), list.end());
  RC_ASSERT(headers.size() == list.size());
  RC_ASSERT(headers.at("ce_specversion") == "1.0");
  RC_ASSERT(headers.at("ce_id") == event.ctx().case_id.str() + "/" + std::to_string(event.revision.value));
  RC_ASSERT(headers.at("ce_subject") == event.ctx().case_id.str());
  RC_ASSERT(headers.at("ce_source") == "/tenants/" + event.ctx().tenant.str());
  RC_ASSERT(headers.at("ce_time") == FormatInstant(event.ctx().occurred_at));
  RC_ASSERT(headers.at("ce_type") == "rasti." + std::string(core::EventTypeName(event.payload)) + ".v1");
  RC_ASSERT(headers.at("content-type") == "application/protobuf");
  RC_ASSERT(headers.contains("ce_traceparent") == !event.ctx().traceparent.empty());
}

}  // namespace
}  // namespace rasti::codec
