#include "engine/runtime/checkpoint_signer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/audit/event_hash.h"
#include "engine/codec/stored.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_file_store.h"

namespace rasti::runtime {
namespace {

using audit::NoteKeyType;
using audit::SignerKey;
using testing::HasSubstr;
using testing::SizeIs;

constexpr core::PartitionId kThird{3};
constexpr const char* kOrigin = "kosovo.example/rasti";

class CheckpointSignerTest : public testing::Test {
 protected:
  CheckpointSignerTest() : log_({.partitions = 4}, clock_) {}

  static ports::StoredEvent Stored(int64_t sequence, const std::string& what) {
    const std::string body = what + " " + std::to_string(sequence);
    codec::StoredFrame frame(body.size());
    std::ranges::copy(body, frame.body());
    frame.Finish(audit::EventHash(body));
    return {kThird, {sequence}, "key", frame.bytes, {}};
  }
  // A tree of that many events, of the log's beginning or of another one's, in `files_`.
  TreeHead Grow(int64_t size, const std::string& what = "event") {
    EXPECT_TRUE(files_.Remove("3/kept"));
    TreeProjection trees(files_);
    std::vector<ports::StoredEvent> events;
    for (int64_t sequence = 0; sequence < size; ++sequence) events.push_back(Stored(sequence, what));
    EXPECT_TRUE(trees.Project(kThird, events));
    EXPECT_TRUE(trees.Flush());
    const int64_t end = log_.EndSequence(kThird)->value;
    if (end < size) log_.AppendRaw(kThird, {events.begin() + end, events.end()});
    return trees.Head(kThird);
  }
  static CheckpointOptions Options(std::vector<SignerKey> keys) { return {kOrigin, std::move(keys)}; }
  Status Sign(const TreeHead& head) {
    return CheckpointSigner(files_, log_, clock_, Options({key_})).Sign(kThird, head);
  }
  std::string Text() {
    const auto text = log_.LastCheckpoint(kThird).value();
    if (text) {
      EXPECT_EQ(files_.files().at("3/checkpoint"), *text);
    }
    return text.value_or("");
  }

  test::ManualClock clock_{InstantFromUnixMillis(1'790'000'000'000)};
  test::MemoryEventLog log_;
  test::MemoryFileStore files_;
  SignerKey key_ = SignerKey::Generate("operator", NoteKeyType::kSignature);
};

TEST_F(CheckpointSignerTest, SignsAHeadOnceAndUnderThePartitionsOrigin) {
  const TreeHead head = Grow(300);
  EXPECT_EQ(Text(), "");
  ASSERT_TRUE(Sign(head));
  const std::string first = Text();
  ASSERT_TRUE(files_.Write("3/checkpoint", "untouched"));
  ASSERT_TRUE(Sign(head));
  EXPECT_EQ(files_.files().at("3/checkpoint"), "untouched") << "it is signed already";
  ASSERT_TRUE(files_.Write("3/checkpoint", first));
  const auto note = audit::ParseNote(Text()).value();
  const std::vector<audit::VerifierKey> keys = {key_.Renamed("kosovo.example/rasti/3").verifier()};
  EXPECT_THAT(audit::SignersOf(note, keys).value(), SizeIs(1));
  EXPECT_EQ(audit::ParseCheckpoint(note.text).value(),
            (audit::Checkpoint{"kosovo.example/rasti/3", 300, head.root, {}}));
}

TEST_F(CheckpointSignerTest, SignsWhatContinuesWhatWasSigned) {
  for (const int64_t size : {1, 2, 255, 256, 257, 700}) {
    ASSERT_TRUE(Sign(Grow(size))) << size;
    EXPECT_EQ(audit::ParseCheckpoint(audit::ParseNote(Text())->text)->size, size);
  }
}

TEST_F(CheckpointSignerTest, RefusesAnotherPast) {
  ASSERT_TRUE(Sign(Grow(300)));
  const std::string before = Text();
  for (const int64_t size : {300, 301, 700}) {
    const auto status = Sign(Grow(size, "forged"));
    ASSERT_FALSE(status) << size;
    EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(status.error().message, HasSubstr("does not continue that of 300 events"));
  }
  EXPECT_EQ(Text(), before);
  EXPECT_TRUE(Sign(Grow(301)));
}

TEST_F(CheckpointSignerTest, TellsALogThatWasCutFromATreeThatIsMadeAgain) {
  const TreeHead half = Grow(100);
  ASSERT_TRUE(Sign(Grow(300)));
  EXPECT_TRUE(Sign(half)) << "the log still has what was signed";
  test::MemoryEventLog cut({.partitions = 4}, clock_);
  ASSERT_TRUE(cut.WriteCheckpoint(kThird, Text()));
  const auto status = CheckpointSigner(files_, cut, clock_, Options({key_})).Sign(kThird, half);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("a checkpoint of 300 events was signed, but the log ends at 0"));
}

TEST_F(CheckpointSignerTest, KeysChangeAndTheSignaturesOfTheOldOnesStayGood) {
  const TreeHead head = Grow(300);
  ASSERT_TRUE(Sign(head));
  const SignerKey next = SignerKey::Generate("operator", NoteKeyType::kSignature);
  // While both sign, readers may learn the new one.
  ASSERT_TRUE(CheckpointSigner(files_, log_, clock_, Options({key_, next})).Sign(kThird, head));
  EXPECT_THAT(audit::ParseNote(Text())->signatures, SizeIs(2));
  // A key that nobody knows may not simply take over.
  const SignerKey stranger = SignerKey::Generate("operator", NoteKeyType::kSignature);
  const auto refused = CheckpointSigner(files_, log_, clock_, Options({stranger})).Sign(kThird, Grow(301));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("signed by none of the keys"));
  CheckpointOptions options = Options({stranger});
  options.earlier_keys = {next.verifier()};
  EXPECT_TRUE(CheckpointSigner(files_, log_, clock_, options).Sign(kThird, Grow(301)));
}

TEST_F(CheckpointSignerTest, RefusesACheckpointThatWasChanged) {
  const TreeHead head = Grow(300);
  ASSERT_TRUE(Sign(head));
  const std::string good = Text();
  const TreeHead next = Grow(301);
  std::vector<std::string> bad = {"", "nothing", good.substr(0, good.size() / 2)};
  std::string other_size = good;
  other_size.replace(other_size.find("\n300\n"), 5, "\n299\n");
  bad.push_back(other_size);
  for (const std::string& text : bad) {
    ASSERT_TRUE(log_.WriteCheckpoint(kThird, text));
    const auto status = Sign(next);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(status.error().message, HasSubstr("the last checkpoint of partition 3: "));
  }
  // Of another log, though signed by the same key.
  CheckpointOptions options = Options({key_});
  options.origin = "elsewhere.example";
  ASSERT_TRUE(log_.WriteCheckpoint(kThird, good));
  EXPECT_THAT(CheckpointSigner(files_, log_, clock_, options).Sign(kThird, next).error().message,
              HasSubstr("it is of the log kosovo.example/rasti/3, not of elsewhere.example/3"));
}

}  // namespace
}  // namespace rasti::runtime
