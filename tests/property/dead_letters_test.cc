// Whatever strangers write among the commands: no record stops its partition, each is answered once, each that is
// nobody's command becomes one dead letter that only the operator's key opens, and cases are what the others made.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>
#include <set>

#include "engine/codec/command_codec.h"
#include "engine/runtime/dead_letter_box.h"
#include "tests/property/partition_driver.h"
#include "tests/support/any.h"

namespace rasti::test {
namespace {

using Record = std::pair<std::string, std::string>;

class PoisonedRun {
 public:
  explicit PoisonedRun(uint64_t seed) : random_(seed), driver_(1 + static_cast<int>(random_() % 4)) {}

  void Step() {
    switch (Below(8)) {
      case 0: Round(); break;
      case 1: driver_.log().FailNextCommit({ErrorCode::kAborted, "as the test wants it"}); break;
      case 2:
        if (Below(8) == 0) driver_.Crash();
        break;
      case 3:
      case 4: Poison(); break;
      default: Submit(); break;
    }
  }

  void End() {
    driver_.Settle();
    CheckAnswers();
    CheckLetters();
    RC_ASSERT(driver_.log().pending_commands() == 0u);
    for (int32_t p = 0; p < driver_.partition_count(); ++p) {
      for (const ports::StoredEvent& stored : driver_.log().events({p})) {
        RC_ASSERT(sent_ids_.contains(codec::DecodeEvent(stored.value).value().event.ctx().command_id.str()));
      }
    }
  }
  size_t poisoned() const { return poison_.size(); }
  size_t sent() const { return sent_; }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  void Round() { driver_.Round(1 + Below(20), 10); }

  core::Command AnyValid() {
    core::Command command =
        MakeCommand(SampleCaseId(Below(6)), "c" + std::to_string(++commands_), people::Citizen(), SampleSubmit());
    if (Below(2) == 0) {
      command.actor = people::Officer();
      command.payload = Act("open");
    }
    return command;
  }

  void Submit() {
    const core::Command command = AnyValid();
    sent_ids_.insert(command.command_id.str());
    driver_.Submit(command);
    ++sent_;
  }

  std::string Bytes(size_t most) {
    std::string bytes(Below(most + 1), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  void Poison() {
    const core::Command command = AnyValid();
    Record record{std::string(command.case_id.uuid.AsBytes()), PartitionDriver::Sign(command)};
    auto& [key, value] = record;
    switch (Below(7)) {
      case 0: record = {Bytes(40), Bytes(300)}; break;
      case 1: {
        char& byte = value[Below(value.size())];
        byte = static_cast<char>(byte ^ (1 << Below(8)));
        break;
      }
      case 2: value.resize(Below(value.size())); break;
      case 3: key = Bytes(16); break;
      case 4: value = std::string(codec::kSignedBytesMost + 1 + Below(1000), 'x'); break;
      case 5: {
        core::Command forged = command;
        forged.submitter = core::SubmitterId("a stranger, born 1999-01-01");
        value = PartitionDriver::Sign(forged);
        break;
      }
      default: value = codec::EncodeSigned({.body = codec::EncodeCommand(command), .key_id = {}, .mac = {}}); break;
    }
    driver_.SubmitRecord(key, value);
    poison_.push_back(std::move(record));
    ++sent_;
  }

  // One result a record, whatever was aborted.
  void CheckAnswers() {
    std::set<std::pair<core::PartitionId, int64_t>> answered;
    for (const ports::ResultOut& result : driver_.log().results()) {
      RC_ASSERT(answered.insert({result.partition, result.answers}).second);
      RC_ASSERT(result.key.empty() || result.key.size() == 16u);
      RC_ASSERT(codec::DecodeResult(result.value).has_value());
      RC_ASSERT(result.value.find("stranger") == std::string::npos);
    }
    RC_ASSERT(answered.size() == sent_);
  }

  void CheckLetters() {
    const auto records = driver_.log().ReadDeadLetters(0, SIZE_MAX);
    RC_ASSERT(records->size() == poison_.size());
    std::vector<Record> kept;
    std::set<std::string> ids;
    for (const ports::DeadLetterRecord& record : *records) {
      RC_ASSERT(ids.insert(record.key).second);
      RC_ASSERT(record.value.find("stranger") == std::string::npos);
      const auto decoded = codec::DecodeDeadLetterRecord(record.value).value();
      const auto& letter = std::get<codec::DeadLetter>(decoded);
      RC_ASSERT(letter.id.str() == record.key);
      RC_ASSERT(!letter.reason.empty());
      RC_ASSERT(!letter.message.empty());
      RC_ASSERT(letter.key_id == driver_.dead_letter_key().public_key().id());
      const auto plain = privacy::Open(letter.sealed, driver_.dead_letter_key());
      const auto content = codec::DecodeDeadLetterContent(plain.value()).value();
      RC_ASSERT(letter.size == static_cast<int64_t>(content.value.size()));
      kept.emplace_back(content.key, content.value);
    }
    std::ranges::sort(kept);
    std::ranges::sort(poison_);
    RC_ASSERT(kept == poison_);
  }

  std::mt19937_64 random_;
  PartitionDriver driver_;
  std::set<std::string> sent_ids_;
  std::vector<Record> poison_;
  size_t sent_ = 0;
  uint64_t commands_ = 0;
};

TEST(DeadLetters, EachRecordLeavesOneAnswerAndWhatIsNobodysCommandOneLetter) {
  size_t poisoned = 0;
  ASSERT_TRUE(rc::check([&](uint64_t seed) {
    PoisonedRun run(seed);
    for (int i = 0; i < 150; ++i) run.Step();
    run.End();
    poisoned += run.poisoned();
  }));
  EXPECT_GT(poisoned, 100U);
}

TEST(DeadLetters, AnyBytesAtAllArePassedOver) {
  ASSERT_TRUE(rc::check("any bytes", [] {
    PartitionDriver driver(2);
    const std::string key = AnyBytes();
    const std::string value = AnyBytes();
    driver.SubmitRecord(key, value);
    const size_t index = driver.Submit(MakeCommand(SampleCaseId(1), "c", people::Citizen(), SampleSubmit()));
    driver.Settle();
    RC_ASSERT(driver.result(index)->accepted());
    RC_ASSERT(driver.log().ReadDeadLetters(0, 10)->size() == 1u);
  }));
}

// What an operator notes is settled by the first that settles it, and a letter is found as long as it is kept.
TEST(DeadLetters, AreFiledWithWhatBecameOfThem) {
  PartitionDriver driver(1);
  for (int i = 0; i < 3; ++i) driver.SubmitRecord("key", "garbage " + std::to_string(i));
  driver.Settle();
  using runtime::NoteOnDeadLetter;
  using runtime::ReadDeadLetters;
  ports::EventLog& log = driver.log();
  auto page = ReadDeadLetters(log, {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->total, 3);
  EXPECT_EQ(driver.partition({0}).counters().dead_letters, 3);
  EXPECT_TRUE(page->letters[0].letter.sealed.empty()) << "only who asks gets the content";
  const codec::DeadLetterId first = page->letters[0].letter.id;
  const codec::DeadLetterId second = page->letters[1].letter.id;

  const Instant now = driver.clock().Now();
  EXPECT_FALSE(NoteOnDeadLetter(log, {first, now, codec::DeadLetterRetried{false, "malformed"}})->is_settled());
  EXPECT_TRUE(NoteOnDeadLetter(log, {first, now, codec::DeadLetterDiscarded{"noise"}})->is_settled());
  EXPECT_TRUE(NoteOnDeadLetter(log, {second, now, codec::DeadLetterRetried{true, "accepted"}})->is_settled());
  const size_t notes = log.ReadDeadLetters(0, SIZE_MAX)->size();
  // Once more: as it was, and nothing is written.
  const auto again = NoteOnDeadLetter(log, {first, now, codec::DeadLetterRetried{true, "accepted"}});
  EXPECT_EQ(std::get<codec::DeadLetterDiscarded>(again->note->what).reason, "noise");
  EXPECT_EQ(log.ReadDeadLetters(0, SIZE_MAX)->size(), notes);

  EXPECT_EQ(ReadDeadLetters(log, {})->total, 1);
  page = ReadDeadLetters(log, {.id = {}, .since = {}, .settled_too = true, .most = 2, .with_content = true});
  EXPECT_EQ(page->total, 3);
  ASSERT_EQ(page->letters.size(), 2U);
  EXPECT_EQ(page->letters.front().letter.id, second);
  EXPECT_FALSE(page->letters.front().letter.sealed.empty());
  EXPECT_EQ(ReadDeadLetters(log, {.id = {}, .since = now + Duration{1}})->total, 0);
  const auto missing = NoteOnDeadLetter(log, {{{0}, 99}, now, codec::DeadLetterDiscarded{}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  // What others write into the same place is passed over.
  ASSERT_TRUE(log.WriteDeadLetter({"0-0", "no record of ours"}));
  EXPECT_EQ(ReadDeadLetters(log, {})->total, 1);
}

}  // namespace
}  // namespace rasti::test
