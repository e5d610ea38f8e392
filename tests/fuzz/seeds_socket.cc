#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "engine/base/check.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/state_codec.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tests/fuzz/input_row.h"
#include "tests/fuzz/seeds.h"
#include "tests/support/manual_clock.h"
#include "tests/support/random_life.h"
#include "tools/rasti/wire.h"

namespace rasti::fuzz {
namespace {

using google::protobuf::TextFormat;

template <class Message>
std::string Bytes(const std::string& text) {
  Message message;
  RASTI_CHECK(TextFormat::ParseFromString(text, &message), "a seed is of its message");
  return message.SerializeAsString();
}

std::string Ask(const std::string& text) { return Bytes<v1::Request>("id: 1 " + text); }
std::string Give(const std::string& text) { return Bytes<v1::Response>("id: 1 " + text); }

// The officer of workflows/tenants/coselog.
core::Actor Officer() { return {core::ActorId("5c1b3c0e-0a57-4d0e-9d0b-8a4f1c6f7e21"), core::Role("officer")}; }

// To be signed by the target.
std::string Submit(core::CommandPayload payload, int n) {
  core::Command command;
  command.command_id = core::CommandId(fmt::format("c{}", n));
  command.case_id = test::SampleCaseId(1);
  command.tenant = core::TenantId("coselog");
  command.actor = Officer();
  command.payload = std::move(payload);
  v1::Request request;
  request.set_id(static_cast<uint64_t>(n));
  request.mutable_submit()->set_body(codec::EncodeCommand(command));
  return request.SerializeAsString();
}

std::string Submission() {
  core::SubmitCase submit;
  submit.workflow = core::WorkflowId("coselog");
  submit.title = "A permit";
  submit.category = core::CategoryId("General");
  submit.channel = "desk";
  submit.form = R"({"group":"Group 1"})";
  return Submit(submit, 1);
}

// Questions that answers of the engine without any case are short to.
std::vector<std::pair<std::string, std::string>> Questions() {
  const std::string id = test::SampleCaseId(1).str();
  return {
      {"ping", Ask("ping {}")},
      {"status", Ask("status {}")},
      {"packages", Ask("packages {}")},
      {"show", Ask(fmt::format("show {{ case: '{}' token {{ partition: 0 sequence: 0 }} }}", id))},
      {"show-as-of", Ask(fmt::format("show {{ case: '{}' moment {{ occurred_by_at_ms: 1331000000000 }} }}", id))},
      {"history", Ask(fmt::format("history {{ case: '{}' moment {{ known_by_at_ms: 1331000000000 }} }}", id))},
      {"overdue", Ask("deadlines { to_at_ms: 1341000000000 most: 10 }")},
      {"at-risk", Ask("deadlines { tenant: 'coselog' from_at_ms: 1331000000000 to_at_ms: 1341000000000 cursor: 'x' }")},
      {"overdue-of",
       Ask("deadlines { to_at_ms: 1341000000000 tenant: 'coselog' count: true clock: 'resolve' category: 'c' "
           "queue: 'roads' places { list: LIST_PERSON place: 'p' } }")},
      {"overdue-as-of", Ask("deadlines { as_of { occurred_by_at_ms: 1341000000000 } historic_at_moment: true }")},
      {"count", Ask("count { tenant: 'coselog' clock: 'decide' at_ms: 1341000000000 }")},
      {"cases", Ask("cases { most: 2 moment { known_by_at_ms: 1341000000000 } }")},
      {"inbox",
       Ask("inbox { tenant: 'coselog' places { list: LIST_QUEUE place: 'permits' } places { list: LIST_NOBODY } "
           "stage: 'received' due_before_at_ms: 1341000000000 category: 'General' text: 'permit' most: 5 }")},
      {"stats", Ask("stats { bounds_at_ms: 1330556400000 bounds_at_ms: 1333231200000 by_tenant: true by_workflow: true "
                    "by_category: true by_channel: true }")},
      {"public", Ask("public_cases { tenant: 'coselog' workflow: 'coselog' ended: false most: 5 }")},
      {"numbers", Ask("numbers { tenant: 'coselog' register_id: 'protocol' period: '2012' from: 1 most: 5 }")},
      {"views", Ask("views {}")},
      {"forecast", Ask("forecast { calendar: 'coselog' tenant: 'coselog' most: 10 }")},
      {"events", Ask("read_events { from { partition: 0 sequence: 1 } since_at_ms: 1331000000000 most: 5 "
                     "filter { tenants: 'coselog' workflows: 'coselog' types: 'clock_started' } }")},
      {"last-events", Ask("read_events { last: 3 }")},
      {"rebuild-views", Ask("views { rebuild: true }")},
      {"settle", Ask("settle { length_ms: 10 }")},
      {"dead-letters", Ask("dead_letters { since_at_ms: 0 settled_too: true most: 3 }")},
      {"note", Ask("note_dead_letter { note { id: '0-0' discarded { reason: 'a test' } } }")},
      {"advance", Ask("advance_clock { advance_to_at_ms: 1341000000000 }")},
      {"publish", Ask("publish { packages { kind: PACKAGE_KIND_TENANT name: 'a' version: '1' effective_from_at_ms: "
                      "1341000000000 published_by: 'x' files { path: 'tenant.yaml' content: 'tenant: a' } } }")},
      {"retire", Ask("retire {}")},
      {"snapshot", Ask("snapshot { directory: '/tmp/x' partitions: 0 partial: true }")},
  };
}

void AddConversations(std::vector<Seed>& seeds) {
  std::vector<std::string> all;
  for (const auto& [name, question] : Questions()) {
    seeds.push_back({"request", name, JoinRow({question})});
    // A case, a question about it, what time makes of it, and the question again.
    if (name != "retire" && name != "snapshot" && name != "publish") {
      seeds.push_back(
          {"request", "case-" + name,
           JoinRow({Submission(), question, Submit(core::TakeAction{core::ActionId("confirm_receipt"), "", ""}, 2),
                    Ask("advance_clock { advance_to_at_ms: 1341000000000 }"), question})});
    }
    all.push_back(question);
  }
  seeds.push_back({"request", "unsigned", JoinRow({Ask("submit { body: 'x' mac: 'y' }"), Ask("dead_letters {}")})});

  all.resize(6);
  seeds.push_back({"socket", "six-requests", JoinRow(all)});
  seeds.push_back({"socket", "one-request", JoinRow({all.front()})});
  using namespace std::string_literals;
  seeds.push_back({"socket", "empty-frame", JoinRow({all.front(), "\0\0\0\0"s})});
  seeds.push_back({"socket", "large-frame", JoinRow({all.front(), "\x01\0\0\x01"s, all.front()})});
  seeds.push_back({"socket", "largest-frame", JoinRow({"\x01\0\0\0"s + "xyz"})});
  seeds.push_back({"socket", "half-a-header", JoinRow({all.front(), "\0\0"s})});
  seeds.push_back({"socket", "half-a-request", JoinRow({all.front(), all.back(), "\0\0\0\x09zz"s})});
  seeds.push_back({"socket", "no-request", JoinRow({all.front(), "\0\0\0\x02zz"s})});
  seeds.push_back({"socket", "no-id", JoinRow({"\0\0\0\x02\x12\0"s, all.front()})});
}

void AddAnswers(std::vector<Seed>& seeds) {
  const auto add = [&](const char* name, const std::string& answer) {
    seeds.push_back({"response", name, JoinRow({answer})});
  };
  const test::SampleWorld world;
  test::ManualClock clock(test::SampleStart());
  test::MemoryEventLog log({.partitions = 1}, clock);
  test::RandomLife lives(world, log, {.seed = 3, .cases = 2});
  lives.RunTo(30);
  views::CaseList list;
  for (const auto& [id, state] : lives.cases()) list.pages.push_back({state, lives.heads().at(id), {0}});
  list.next = test::SampleCaseId(9);
  v1::Response response;
  cli::ToWire(list.pages.front(), *response.mutable_page());
  add("page", response.SerializeAsString());
  cli::ToWire(list, *response.mutable_cases());
  add("cases", response.SerializeAsString());
  response.Clear();
  for (const ports::StoredEvent& event : log.events({0})) {
    if (response.history().stored_size() < 3) response.mutable_history()->add_stored(event.value);
  }
  add("history", response.SerializeAsString());

  const std::string row =
      "tenant: 'prishtine' case_id: '0123456789abcdef' reference: '7ZK4-MQ2W-9PAB-X' title: 'Pothole' category: "
      "'roads' "
      "stage: 'open' status: CASE_STATUS_OPEN holder { queue: 'roads' person: 'p' directorate: 'd' tenant: 'mlga' } "
      "clock: 'resolve' due_at_ms: 1710000000000 breached: true escalated_to: 2 historic: true ";
  add("failure", Give("failure { code: 'not_found' message: 'no such case' }"));
  add("pong",
      Give("pong { version: '0.1.0' protocol: 1 now_at_ms: 1710000000000 virtual_clock: true notice_ms: 500 }"));
  add("status", Give("status { started_at_ms: 1 partitions { partition: 0 end: 7 shown: 7 standby: 3 halted: 'x' } }"));
  add("submitted", Give("submitted { command_id: 'c' case_id: '0123456789abcdef' accepted { first_revision: 1 "
                        "last_revision: 2 token { sequence: 4 } } }"));
  add("published", Give("published { is_new: true is_new: false }"));
  add("packages", Give("packages { packages { kind: PACKAGE_KIND_TZDATA name: 'tzdata' version: '2025b' files { path: "
                       "'Europe/Belgrade' content: 'TZif' } } }"));
  add("deadlines", Give("deadlines { rows {" + row + "} next: 'x' total: 9 total_at_least: true }"));
  add("inbox", Give("inbox { rows {" + row + "submitted_at_ms: 1 last_occurred_at_ms: 2 ended_at_ms: 3 } total: 4 }"));
  add("public", Give("public_cases { rows { tenant: 'prishtine' reference: '7ZK4-MQ2W-9PAB-X' definition: "
                     "'issue-report@1' category: 'roads' title: 'Pothole' stage: 'open' status: CASE_STATUS_OPEN "
                     "received_at_ms: 1 stage_since_at_ms: 2 responses: 3 } next: 'x' total: 4 }"));
  add("numbers", Give("numbers { rows { number: 815 case_id: '0123456789abcdef' issued_at_ms: 1 } total: 900 }"));
  add("views", Give("views { views { name: 'inbox' shows: 'open cases' rows_about: 3 disk_bytes: 4 memory_bytes: 5 } "
                    "partitions { partition: 0 end: 7 shown: 6 } rebuild: REBUILD_BUILDING rebuilt_events: 1 "
                    "rebuild_events: 7 rebuild_took_ms: 8 rebuild_failure: 'f' }"));
  add("tally", Give("tally { closed_on_time: 1 closed_late: 2 open_overdue: 3 open_in_time: 4 no_deadline: 5 }"));
  add("stats", Give("stats { rows { period: 1 tenant: 'prishtine' submitted: 3 to_close_s: 9 clocks { clock: 'resolve' "
                    "met_late: 2 } } }"));
  add("dead-letters",
      Give("dead_letters { entries { letter { letter { id: '3-17' reason: 'unsigned' taken_at_ms: 5 size: 3 } } note { "
           "note { id: '3-17' noted_at_ms: 6 discarded { reason: 'r' } } } } total: 1 }"));
  add("done", Give("done {}"));
}

}  // namespace

std::vector<Seed> SeedsOfSocket() {
  std::vector<Seed> seeds;
  AddConversations(seeds);
  AddAnswers(seeds);
  return seeds;
}

}  // namespace rasti::fuzz
