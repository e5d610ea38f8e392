#include "tools/rasti/audit/witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/audit/event_hash.h"
#include "engine/audit/signed_note.h"
#include "engine/codec/stored.h"
#include "engine/runtime/checkpoint_signer.h"
#include "engine/runtime/tree_projection.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_file_store.h"

namespace rasti::cli {
namespace {

using testing::HasSubstr;

constexpr core::PartitionId kFirst{0};

// An operator who may sign whatever they like.
class Operator {
 public:
  explicit Operator(std::string origin = "log.example") : origin_(std::move(origin)) {}

  const ports::FileStore& Publish(int64_t size, const std::string& what = "event") {
    files.Replace({});
    test::MemoryEventLog log({.partitions = 1}, clock_);
    runtime::TreeProjection trees(files);
    std::vector<ports::StoredEvent> events;
    for (int64_t sequence = 0; sequence < size; ++sequence) {
      const std::string body = what + std::to_string(sequence);
      codec::StoredFrame frame(body.size());
      std::ranges::copy(body, frame.body());
      frame.Finish(audit::EventHash(body));
      events.push_back({kFirst, {sequence}, "key", frame.bytes, {}});
    }
    EXPECT_TRUE(trees.Project(kFirst, events));
    EXPECT_TRUE(trees.Flush());
    runtime::CheckpointSigner signer(files, log, clock_, {origin_, {key}});
    EXPECT_TRUE(signer.Sign(kFirst, trees.Head(kFirst)));
    return files;
  }

  const audit::SignerKey key = audit::SignerKey::Generate("log.example", audit::NoteKeyType::kSignature);
  test::MemoryFileStore files;

 private:
  const std::string origin_;
  const test::ManualClock clock_{InstantFromUnixMillis(1'790'000'000'000)};
};

class WitnessTest : public testing::Test {
 protected:
  Result<Witnessed> Look(const ports::FileStore& trees, int64_t seconds = 1'790'000'000) {
    const Witness witness{state_, {operator_.key.verifier()}, key_};
    return LookAt(witness, trees, kFirst, InstantFromUnixMillis(seconds * 1000));
  }

  Operator operator_;
  test::MemoryFileStore state_;
  const audit::SignerKey key_ = audit::SignerKey::Generate("witness.example", audit::NoteKeyType::kCosignature);
};

TEST_F(WitnessTest, CosignsWhatGoesOnAndSaysWhen) {
  const auto first = Look(operator_.Publish(300));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->is_first);
  EXPECT_EQ(first->seen.checkpoint.size, 300);
  const auto note = audit::ParseNote(first->note).value();
  ASSERT_EQ(note.signatures.size(), 2U);
  const std::vector<audit::VerifierKey> keys = {key_.verifier()};
  EXPECT_EQ(audit::SignersOf(note, keys)->size(), 1U);
  EXPECT_EQ(audit::CosignedAt(audit::NoteKeyType::kCosignature, note.signatures[1].bytes),
            InstantFromUnixMillis(1'790'000'000'000));
  for (const int64_t size : {300, 301, 700}) {
    const auto next = Look(operator_.Publish(size), 1'790'000'060);
    ASSERT_TRUE(next) << next.error().message;
    EXPECT_FALSE(next->is_first);
    EXPECT_EQ(next->seen.checkpoint.size, size);
  }
}

TEST_F(WitnessTest, RefusesAForkATruncationAndKeepsTheEvidence) {
  ASSERT_TRUE(Look(operator_.Publish(300)));
  const auto seen = state_.files();
  for (const int64_t size : {300, 301, 700}) {
    const auto fork = Look(operator_.Publish(size, "other"));
    ASSERT_FALSE(fork) << size;
    EXPECT_EQ(fork.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(fork.error().message, HasSubstr("not a continuation of the log that was seen before"));
  }
  const auto shorter = Look(operator_.Publish(299));
  ASSERT_FALSE(shorter);
  EXPECT_THAT(shorter.error().message, HasSubstr("it had 300 events, and is to have had 299 only"));
  auto now = state_.files();
  const std::string refused = now.at("log.example~0.refused");
  EXPECT_THAT(refused, HasSubstr("\n299\n"));
  now.erase("log.example~0.refused");
  EXPECT_EQ(now, seen) << "what was seen stays what was seen";
  EXPECT_TRUE(Look(operator_.Publish(301)));
}

TEST_F(WitnessTest, RefusesWhatIsNotWhole) {
  const ports::FileStore& trees = operator_.Publish(300);
  auto files = operator_.files.files();
  files["0/tile/1/000.p/1"][5] ^= 1;
  test::MemoryFileStore damaged;
  damaged.Replace(files);
  EXPECT_THAT(Look(damaged).error().message, HasSubstr("the tiles beside it do not give its root"));
  files = operator_.files.files();
  files.erase("0/tile/0/001.p/44");
  damaged.Replace(files);
  EXPECT_EQ(Look(damaged).error().code, ErrorCode::kNotFound);
  damaged.Replace({});
  EXPECT_EQ(Look(damaged).error().code, ErrorCode::kNotFound);
  files = operator_.files.files();
  std::string& note = files["0/checkpoint"];
  note.replace(note.find("\n300\n"), 5, "\n299\n");
  damaged.Replace(files);
  EXPECT_EQ(Look(damaged).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(state_.files().empty());
  ASSERT_TRUE(Look(trees));
  ASSERT_TRUE(state_.Write("log.example~0", "nothing"));
  EXPECT_THAT(Look(trees).error().message, HasSubstr("the witness's own state, log.example~0, is damaged"));
}

TEST_F(WitnessTest, LooksAtLogsOfItsOperatorsOnly) {
  Operator stranger;
  EXPECT_EQ(Look(stranger.Publish(10)).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace rasti::cli
