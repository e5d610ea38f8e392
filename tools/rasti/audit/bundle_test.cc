#include "tools/rasti/audit/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/audit/signed_note.h"
#include "engine/audit/tiles.h"
#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"

namespace rasti::cli {
namespace {

using testing::HasSubstr;

const core::TenantId kTenant("prishtine");

class KeptTree : public audit::TileSource {
 public:
  Result<std::vector<Hash256>> Tile(audit::TilePlace place, int64_t /*width*/) const override {
    return tiles_.at(place);
  }
  void Add(const Hash256& hash) {
    edge_.Append(audit::LeafHash(AsBytes(hash)), Keep());
    edge_.ForEachPartial(Keep());
  }
  const audit::TreeEdge& edge() const { return edge_; }

 private:
  audit::TreeEdge::OnFull Keep() {
    return [this](audit::TilePlace place, const std::vector<Hash256>& hashes) { tiles_[place] = hashes; };
  }
  audit::TreeEdge edge_;
  std::map<audit::TilePlace, std::vector<Hash256>> tiles_;
};

class BundleTest : public testing::Test {
 protected:
  // The history of one case of three among which it was written, with its proofs.
  BundleTest() {
    std::vector<ports::StoredEvent> stored;
    for (int round = 0; round < 4; ++round) {
      for (int number = 0; number < 3; ++number) {
        const core::CaseId id = Case(number);
        const Instant at = start_ + std::chrono::minutes(round);
        if (round == 0) {
          writer_.Write(id, kTenant, at, test::Submitted(id));
        } else {
          writer_.Write(id, kTenant, at, test::Started("clock" + std::to_string(round), at, at));
        }
      }
    }
    for (const ports::StoredEvent& one : log_.events({0})) {
      tree_.Add(codec::DecodeEvent(one.value)->hash);
      stored.push_back(one);
    }
    const int64_t size = tree_.edge().size();
    audit::SignedNote note{audit::ToText(audit::Checkpoint{"log.example/0", size, tree_.edge().Root(), {}}), {}};
    audit::Sign(note, key_.Renamed("log.example/0"), start_);
    bundle_.checkpoint = audit::ToText(note);
    bundle_.case_id = Case(1);
    bundle_.packages = {{"workflow/sample@1", std::string("\x00\xFF", 2)}};
    const audit::TileNodes nodes(tree_, size);
    for (const ports::StoredEvent& one : stored) {
      if (one.key != Case(1).uuid.AsBytes()) continue;
      bundle_.events.push_back(
          {one.sequence, one.value, audit::ProveInclusion(nodes, one.sequence.value, size).value()});
    }
  }
  static core::CaseId Case(int number) { return core::CaseIdFromKey(kTenant, "case " + std::to_string(number)); }
  std::vector<audit::VerifierKey> Keys() const { return {key_.verifier()}; }
  std::string FaultOf(const Bundle& bundle) const {
    const auto checked = CheckBundle(bundle, Keys());
    return checked ? std::string() : checked.error().message;
  }

  const Instant start_ = ParseInstant("2026-11-21T08:00:00Z").value();
  test::ManualClock clock_{start_};
  test::MemoryEventLog log_{{.partitions = 1}, clock_};
  test::EventWriter writer_{log_};
  audit::SignerKey key_ = audit::SignerKey::Generate("log.example", audit::NoteKeyType::kSignature);
  KeptTree tree_;
  Bundle bundle_;
};

TEST_F(BundleTest, ComesBackFromItsTextAndIsInOrder) {
  const auto read = ParseBundle(ToJson(bundle_));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, bundle_);
  const auto checked = CheckBundle(*read, Keys());
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_EQ(checked->events.size(), 4U);
  EXPECT_EQ(checked->checkpoint.size, 12);
  EXPECT_THAT(checked->signers, testing::ElementsAre(testing::StartsWith("log.example/0+")));
}

TEST_F(BundleTest, WhateverWasTakenOutPutInOrExchangedIsFound) {
  Bundle bundle = bundle_;
  bundle.events.erase(bundle.events.begin() + 1);
  EXPECT_THAT(FaultOf(bundle), HasSubstr("revision 2, sequence 7: it is revision 3 of the case"));
  bundle = bundle_;
  bundle.events.erase(bundle.events.begin());
  EXPECT_THAT(FaultOf(bundle), HasSubstr("revision 1, sequence 4"));
  bundle = bundle_;
  std::swap(bundle.events[1], bundle.events[2]);
  EXPECT_THAT(FaultOf(bundle), HasSubstr("revision 2, sequence 7"));
  bundle = bundle_;
  bundle.events.push_back(bundle.events.back());
  EXPECT_THAT(FaultOf(bundle), HasSubstr("revision 5, sequence 10"));
  bundle = bundle_;
  bundle.events[2].proof = bundle.events[1].proof;
  EXPECT_THAT(FaultOf(bundle), HasSubstr("revision 3, sequence 7: it is not shown to be in the signed log"));
  bundle = bundle_;
  bundle.case_id = Case(2);
  EXPECT_THAT(FaultOf(bundle), HasSubstr("an event of another case"));
  bundle = bundle_;
  bundle.partition = {1};
  EXPECT_THAT(FaultOf(bundle), HasSubstr("it is of partition 0, the bundle of 1"));
  bundle = bundle_;
  bundle.events.clear();
  EXPECT_THAT(FaultOf(bundle), HasSubstr("it holds no event"));
  EXPECT_FALSE(CheckBundle(bundle_, {}));
}

// A forger who can write events that fit each other, but sign nothing.
TEST_F(BundleTest, AHistoryThatWasMadeAnewIsNotInTheSignedLog) {
  test::MemoryEventLog other{{.partitions = 1}, clock_};
  test::EventWriter forger(other);
  Bundle bundle = bundle_;
  for (int round = 0; round < 12; ++round) {
    const Instant at = start_ + std::chrono::minutes(round);
    const core::CaseId id = Case(round % 3);
    if (round < 3) {
      forger.Write(id, kTenant, at, test::Submitted(id, "Another title"));
    } else {
      forger.Write(id, kTenant, at, test::Started("clock" + std::to_string(round), at, at));
    }
  }
  size_t next = 0;
  for (const ports::StoredEvent& one : other.events({0})) {
    if (one.key == Case(1).uuid.AsBytes()) bundle.events[next++].stored = one.value;
  }
  ASSERT_EQ(next, 4U);
  EXPECT_THAT(FaultOf(bundle), HasSubstr("revision 1, sequence 1: it is not shown to be in the signed log"));
}

TEST_F(BundleTest, EveryChangedByteOfARecordIsFound) {
  for (size_t event = 0; event < bundle_.events.size(); ++event) {
    for (size_t at = 0; at < bundle_.events[event].stored.size(); ++at) {
      Bundle bundle = bundle_;
      bundle.events[event].stored[at] ^= 1;
      EXPECT_NE(FaultOf(bundle), "") << event << " " << at;
    }
  }
}

TEST_F(BundleTest, TextsThatAreNoneAreRefusedWithTheMember) {
  const std::string good = ToJson(bundle_);
  for (size_t size = 0; size < good.size() - 1; size += 7) EXPECT_FALSE(ParseBundle(good.substr(0, size))) << size;
  const auto fault_of = [&](const std::string& pointer, const nlohmann::json& value) {
    nlohmann::json document = nlohmann::json::parse(good);
    document[nlohmann::json::json_pointer(pointer)] = value;
    const auto bundle = ParseBundle(document.dump());
    return bundle ? std::string() : bundle.error().message;
  };
  EXPECT_EQ(fault_of("/format", "rasti-bundle-9"), "format: 'rasti-bundle-9', where 'rasti-bundle-1' is known");
  EXPECT_EQ(fault_of("/case_id", "nobody"), "case_id: a UUID is wanted");
  EXPECT_EQ(fault_of("/partition", -1), "partition: a whole number is wanted, not below 0");
  EXPECT_EQ(fault_of("/partition", UINT64_MAX), "partition: a whole number is wanted, not below 0");
  EXPECT_EQ(fault_of("/partition", 1LL << 40), "partition: no partition has that number");
  EXPECT_EQ(fault_of("/events", "none"), "events: a list is wanted");
  EXPECT_EQ(fault_of("/events/1/sequence", 1.5), "events, 2: sequence: a whole number is wanted, not below 0");
  EXPECT_EQ(fault_of("/events/1/stored", "%"), "events, 2: stored: base64 is wanted");
  EXPECT_EQ(fault_of("/events/1/proof/0", "AAAA"), "events, 2: proof: 32 bytes in base64 are wanted, each");
  EXPECT_EQ(fault_of("/events/1", 7), "events, 2: sequence: missing");
  EXPECT_EQ(fault_of("/packages/0/key", nullptr), "packages, 1: key: a text is wanted");
  EXPECT_EQ(ParseBundle("[]").error().message, "format: missing");
  EXPECT_EQ(ParseBundle(std::string(100'000, '[')).error().message, "no JSON document: cut off, or no bundle");
}

}  // namespace
}  // namespace rasti::cli
