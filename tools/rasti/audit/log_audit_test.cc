#include "tools/rasti/audit/log_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/checkpoint_signer.h"
#include "engine/runtime/tree_projection.h"
#include "tests/support/forgery.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_file_store.h"
#include "tests/support/random_life.h"

namespace rasti::cli {
namespace {

using core::Event;
using ports::StoredEvent;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr core::PartitionId kOnly{0};

// A log of random lives in one partition, signed at its end.
class SignedLog {
 public:
  explicit SignedLog(uint64_t seed, size_t events = 150) {
    const test::SampleWorld world;
    test::RandomLife life(world, log_, {.seed = seed, .cases = 12, .historic_percent = 25});
    life.RunTo(events);
    Publish(log_);
    Keep();
  }

  std::vector<StoredEvent> events() const { return log_.events(kOnly); }
  AuditReport Audit(ports::EventLog& log) const {
    AuditWish wish;
    wish.keys = {key_.verifier()};
    wish.tiles = &files_;
    wish.findings_most = 100'000;
    return AuditLog(log, wish).value();
  }
  AuditReport AuditOriginal() { return Audit(log_); }
  // The same log with other events, and with what was signed of it.
  AuditReport AuditWith(const std::vector<StoredEvent>& events) const {
    test::MemoryEventLog log({.partitions = 1}, clock_);
    Publish(log);
    EXPECT_TRUE(log.WriteCheckpoint(kOnly, note_));
    log.AppendRaw(kOnly, events);
    return Audit(log);
  }

 private:
  void Publish(test::MemoryEventLog& log) const {
    std::set<std::string> names;
    for (const Event& event : test::DecodedEvents(events())) names.insert(event.ctx().versions.definition.str());
    for (const std::string& name : names) EXPECT_TRUE(log.Publish("workflow/" + name, "as it is"));
  }
  void Keep() {
    runtime::TreeProjection trees(files_);
    EXPECT_TRUE(trees.Project(kOnly, events()));
    EXPECT_TRUE(trees.Flush());
    runtime::CheckpointSigner signer(files_, log_, clock_, {"log.example", {key_}});
    EXPECT_TRUE(signer.Sign(kOnly, trees.Head(kOnly)));
    note_ = log_.LastCheckpoint(kOnly)->value();
  }

  const test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 1}, clock_};
  test::MemoryFileStore files_;
  const audit::SignerKey key_ = audit::SignerKey::Generate("log.example", audit::NoteKeyType::kSignature);
  std::string note_;
};

std::set<std::string> RulesOf(const AuditReport& report) {
  std::set<std::string> rules;
  for (const AuditFinding& finding : report.findings) rules.insert(finding.rule);
  return rules;
}
int64_t FirstFoundAt(const AuditReport& report) {
  int64_t first = INT64_MAX;
  for (const AuditFinding& finding : report.findings) {
    if (finding.sequence) first = std::min(first, finding.sequence->value);
  }
  return first;
}

TEST(LogAudit, AnUntouchedLogIsInOrderAndCovered) {
  for (uint64_t seed = 1; seed < 6; ++seed) {
    SignedLog log(seed);
    const AuditReport report = log.AuditOriginal();
    EXPECT_THAT(report.findings, IsEmpty()) << report.findings.front().message;
    EXPECT_EQ(report.events, static_cast<int64_t>(log.events().size()));
    EXPECT_EQ(report.covered, report.events);
    ASSERT_EQ(report.checkpoints.size(), 1U);
    EXPECT_TRUE(report.checkpoints.front().holds);
  }
}

RC_GTEST_PROP(LogAuditProperty, AForgeryWithAllHashesMadeAnewIsFoundWithItsPlace, ()) {
  const SignedLog log(*rc::gen::arbitrary<uint64_t>());
  const std::vector<StoredEvent> honest = log.events();
  std::vector<Event> events = test::DecodedEvents(honest);
  const test::Forgery forgery = *rc::gen::elementOf(test::Forgeries());
  const auto at = *rc::gen::inRange<size_t>(0, events.size() - 1);
  RC_TAG(forgery.name);
  forgery.make(events, at);
  const auto forged = test::Rechained(kOnly, events);
  RC_ASSERT(forged.at(at).value != honest.at(at).value);
  const AuditReport report = log.AuditWith(forged);
  RC_ASSERT(!report.findings.empty());
  RC_ASSERT(RulesOf(report).contains("checkpoint"));
  RC_ASSERT(report.covered == 0);
  RC_ASSERT(FirstFoundAt(report) == static_cast<int64_t>(at));
}

RC_GTEST_PROP(LogAuditProperty, AChangedByteIsFoundWithItsEvent, ()) {
  const SignedLog log(*rc::gen::arbitrary<uint64_t>());
  std::vector<StoredEvent> events = log.events();
  const auto at = *rc::gen::inRange<size_t>(0, events.size());
  const bool in_key = *rc::gen::inRange(0, 10) == 0;
  std::string& bytes = in_key ? events[at].key : events[at].value;
  const auto byte = *rc::gen::inRange<size_t>(0, bytes.size());
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << *rc::gen::inRange(0, 8)));
  const AuditReport report = log.AuditWith(events);
  RC_ASSERT(FirstFoundAt(report) == static_cast<int64_t>(at));
}

TEST(LogAudit, RecordsThatStandElsewhereAreFoundWithoutAnyCheckpoint) {
  SignedLog log(3);
  const std::vector<StoredEvent> honest = log.events();
  std::vector<StoredEvent> removed = honest;
  removed.erase(removed.begin() + 20);
  EXPECT_THAT(RulesOf(log.AuditWith(test::Renumbered(removed))), testing::Contains("sequence"));
  std::vector<StoredEvent> swapped = honest;
  std::swap(swapped[20], swapped[21]);
  EXPECT_THAT(RulesOf(log.AuditWith(test::Renumbered(swapped))), testing::Contains("sequence"));
  std::vector<StoredEvent> replayed = honest;
  replayed.insert(replayed.begin() + 20, honest[5]);
  EXPECT_THAT(RulesOf(log.AuditWith(test::Renumbered(replayed))), testing::Contains("sequence"));
  std::vector<StoredEvent> cut(honest.begin(), honest.end() - 1);
  const AuditReport report = log.AuditWith(cut);
  EXPECT_EQ(RulesOf(report), std::set<std::string>{"checkpoint"});
  EXPECT_THAT(report.findings.front().message, HasSubstr("it was cut off, or is another log"));
}

TEST(LogAudit, FindingsAreOfWhatWasAskedFor) {
  SignedLog log(4);
  std::vector<Event> events = test::DecodedEvents(log.events());
  const core::CaseId changed = events[30].ctx().case_id;
  const auto by_other_version = std::ranges::find(test::Forgeries(), "definition", &test::Forgery::name);
  by_other_version->make(events, 30);
  const auto forged = test::Rechained(kOnly, events);
  const test::ManualClock clock(test::SampleStart());
  test::MemoryEventLog forged_log({.partitions = 1}, clock);
  for (const char* name : {"workflow/sample@1", "workflow/sample@2"}) EXPECT_TRUE(forged_log.Publish(name, "as it is"));
  forged_log.AppendRaw(kOnly, forged);
  const auto found_with = [&](const AuditWish& wish) {
    const auto report = AuditLog(forged_log, wish).value();
    return std::ranges::count_if(report.findings, [&](const AuditFinding& finding) {
      return finding.sequence == core::Sequence{30} && finding.case_id == changed.str();
    });
  };
  EXPECT_GT(found_with({}), 0);
  AuditWish wish;
  wish.case_id = changed;
  EXPECT_GT(found_with(wish), 0);
  wish.case_id = core::CaseIdFromKey(core::TenantId("prishtine"), "another");
  EXPECT_EQ(found_with(wish), 0);
  wish = {};
  wish.tenant = core::TenantId("nowhere");
  EXPECT_EQ(found_with(wish), 0);
  wish = {};
  wish.from = {31};
  EXPECT_EQ(found_with(wish), 0);
  wish.from = {30};
  wish.to = core::Sequence{31};
  EXPECT_EQ(AuditLog(forged_log, wish)->events, 1);
}

TEST(LogAudit, ManyFindingsAreCut) {
  SignedLog log(5);
  std::vector<StoredEvent> events = log.events();
  for (StoredEvent& one : events) one.value[5] ^= 1;
  const test::ManualClock clock(test::SampleStart());
  test::MemoryEventLog damaged({.partitions = 1}, clock);
  damaged.AppendRaw(kOnly, events);
  AuditWish wish;
  wish.findings_most = 10;
  const auto report = AuditLog(damaged, wish);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->findings.size(), 10U);
  EXPECT_TRUE(report->cut);
}

}  // namespace
}  // namespace rasti::cli
