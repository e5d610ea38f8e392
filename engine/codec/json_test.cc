#include "engine/codec/json.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/any.h"

namespace rasti::codec {
namespace {

Instant At(std::string_view text) { return ParseInstant(text).value(); }

core::Event Submitted() {
  auto context = std::make_shared<core::EventContext>();
  context->case_id = core::ParseCaseId("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11").value();
  context->tenant = core::TenantId("prishtine");
  context->occurred_at = At("2026-11-20T09:00:00Z");
  context->recorded_at = At("2026-11-20T09:00:00.250Z");
  context->actor = {core::ActorId("a-1"), core::Role("citizen")};
  context->submitter = core::SubmitterId("portal");
  context->command_id = core::CommandId("c-1");
  context->versions.definition = core::VersionedName("issue-report@3");
  core::Event event;
  event.context = context;
  event.revision = {1};
  event.sequence = {7};
  core::Field name;
  name.origin_case = context->case_id;
  name.path = "/reporter/name";
  name.value = "\"Ana\"";
  core::CaseSubmitted submitted;
  submitted.workflow = core::WorkflowId("issue-report");
  submitted.title = "Gropë në rrugë";
  submitted.category = core::CategoryId("pothole");
  submitted.channel = "web";
  submitted.reference = "7ZK4M-Q2W9P-X";
  submitted.form = R"({"depth_cm":12})";
  submitted.personal = {name};
  event.payload = std::move(submitted);
  event.signed_command = "never shown";
  return event;
}

TEST(EventJson, ShowsTheContractsNamesAndNoPersonalValue) {
  EXPECT_EQ(ToJson(Submitted()).dump(2), R"({
  "id": "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11/1",
  "type": "case_submitted",
  "case_id": "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11",
  "tenant": "prishtine",
  "occurred_at": "2026-11-20T09:00:00Z",
  "recorded_at": "2026-11-20T09:00:00.250Z",
  "actor": {
    "id": "a-1",
    "role": "citizen"
  },
  "submitter": "portal",
  "command_id": "c-1",
  "correlation_id": "",
  "traceparent": "",
  "versions": {
    "definition": "issue-report@3",
    "calendar": "",
    "directory": "",
    "tzdata": ""
  },
  "revision": 1,
  "sequence": 7,
  "prev_hash": "0000000000000000000000000000000000000000000000000000000000000000",
  "data": {
    "workflow": "issue-report",
    "title": "Gropë në rrugë",
    "category": "pothole",
    "channel": "web",
    "reference": "7ZK4M-Q2W9P-X",
    "form": {
      "depth_cm": 12
    },
    "personal": [
      {
        "origin_case": "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11",
        "path": "/reporter/name",
        "subject": "",
        "key_id": "",
        "value": "<personal>"
      }
    ],
    "historic": false
  }
})");
}

TEST(EventJson, ShowsPlainPersonalValuesOnRequestAndSealedOnesNever) {
  core::Event event = Submitted();
  auto& submitted = std::get<core::CaseSubmitted>(event.payload);
  core::Field phone = submitted.personal.front();
  phone.value = "\x80\xFF";
  phone.sealed = true;
  submitted.personal.push_back(phone);
  const auto shown = ToJson(event, {.show_personal = true})["data"]["personal"];
  EXPECT_EQ(shown[0]["value"], "Ana");
  EXPECT_EQ(shown[1]["value"], "<sealed>");
  EXPECT_EQ(ToJson(event)["data"]["personal"][1]["value"], "<personal>");
}

TEST(EventJson, WritesEnumsLengthsAndInstantsForPeople) {
  core::Event event = Submitted();
  core::ClockStarted started;
  started.rule.count = sla::Count::kWorkingHours;
  started.rule.start = sla::Start::kNextOpening;
  started.rule.length = std::chrono::hours(36);
  started.plan.due_at = At("2026-11-26T13:00:00Z");
  started.plan.warnings = {{At("2026-11-25T13:00:00Z")}};
  event.payload = started;
  const auto data = ToJson(event)["data"];
  EXPECT_EQ(data["rule"]["count"], "working_hours");
  EXPECT_EQ(data["rule"]["start"], "next_opening");
  EXPECT_EQ(data["rule"]["length"], FormatDuration(std::chrono::hours(36)));
  EXPECT_EQ(data["plan"]["due_at"], "2026-11-26T13:00:00Z");
  EXPECT_EQ(data["plan"]["warning_at"], nlohmann::ordered_json::array({"2026-11-25T13:00:00Z"}));
}

TEST(EventJson, ShowsAFormThatIsNoJsonOrTooDeepAsText) {
  core::Event event = Submitted();
  for (const std::string& form : {std::string("{"), std::string(10'000, '[') + std::string(10'000, ']')}) {
    std::get<core::CaseSubmitted>(event.payload).form = form;
    EXPECT_EQ(ToJson(event)["data"]["form"], form);
  }
}

TEST(RejectionJson, HasCodeFieldAndMessage) {
  const core::Rejection rejection{core::RejectionCode::kUnknownCategory, "category", "no category 'x'"};
  EXPECT_EQ(ToJson(rejection).dump(), R"({"code":"unknown_category","field":"category","message":"no category 'x'"})");
}

TEST(Json, ShowsEveryValueAsUtf8) {
  EXPECT_TRUE(rc::check([] {
    const core::Event event = test::AnyEvent();
    const core::Command command = test::AnyCommand();
    const core::CaseState state = test::AnyCaseState();
    for (const bool show : {false, true}) {
      RC_ASSERT(!ToJson(event, {.show_personal = show}).dump().empty());
      RC_ASSERT(!ToJson(command, {.show_personal = show}).dump().empty());
      RC_ASSERT(!ToJson(state, {.show_personal = show}).dump().empty());
    }
    RC_ASSERT(ToJson(event)["type"] == core::EventTypeName(event.payload));
    RC_ASSERT(ToJson(command)["type"] == core::CommandTypeName(command.payload));
    RC_ASSERT(ToJson(state)["case_id"] == state.id.str());
  }));
}

}  // namespace
}  // namespace rasti::codec
