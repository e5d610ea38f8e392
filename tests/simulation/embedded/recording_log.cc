#include "tests/simulation/embedded/recording_log.h"

#include <utility>

namespace rasti::simulation {
namespace {

class RecordingReader final : public ports::EventReader {
 public:
  RecordingReader(std::unique_ptr<ports::EventReader> reader, CallHook hook)
      : reader_(std::move(reader)), hook_(std::move(hook)) {}

  Result<std::vector<ports::StoredEvent>> Read(size_t most, Duration /*timeout*/) override {
    hook_("Read");
    return reader_->Read(most, Duration{0});
  }

 private:
  const std::unique_ptr<ports::EventReader> reader_;
  const CallHook hook_;
};

class RecordingStream final : public ports::LogStream {
 public:
  RecordingStream(int stream, EmbeddedRecord& record, const ports::Clock& clock, CallHook hook)
      : number_(stream), record_(record), clock_(clock), hook_(std::move(hook)) {}

  Status Open(ports::EventLog& log, ports::AssignmentListener& listener) {
    RASTI_TRY(stream_, log.OpenStream(listener));
    return {};
  }

  Result<std::vector<ports::InputRecord>> Poll(size_t most, Duration /*timeout*/) override {
    hook_("Poll");
    // What came in since the last one is any part of what is there.
    Random& random = record_.faults().random();
    if (record_.faults().on() && random.Percent(40)) most = std::min<size_t>(most, random.Below(6));
    RASTI_TRY(auto records, stream_->Poll(most, Duration{0}));
    record_.Delivered(records);
    decided_at_ = clock_.Now();
    return records;
  }
  void Wake() override { stream_->Wake(); }
  Result<ports::InputPositions> Committed(core::PartitionId partition) override {
    return stream_->Committed(partition);
  }
  Result<ports::InputPositions> End(core::PartitionId partition) override {
    hook_("End");
    return stream_->End(partition);
  }
  Result<bool> Passed(core::PartitionId partition, ports::InputPositions end) override {
    return stream_->Passed(partition, end);
  }
  Result<ports::InputMark> SetMark(core::PartitionId partition) override {
    hook_("SetMark");
    return stream_->SetMark(partition);
  }
  Result<std::optional<Instant>> PassedMark(core::PartitionId partition, const ports::InputMark& mark) override {
    return stream_->PassedMark(partition, mark);
  }
  Status Rewind(core::PartitionId partition, ports::InputPositions positions) override {
    return stream_->Rewind(partition, positions);
  }
  Status SetPaused(core::PartitionId partition, bool paused) override { return stream_->SetPaused(partition, paused); }

  Status Begin() override {
    hook_("Begin");
    RASTI_CHECKED(stream_->Begin());
    transaction_ = record_.Begin(number_, decided_at_);
    return {};
  }
  Status Append(ports::EventOut event) override {
    hook_("Append an event");
    RASTI_CHECKED(stream_->Append(event));
    record_.Append(transaction_, std::move(event));
    return {};
  }
  Status Append(ports::ResultOut result) override {
    RASTI_CHECKED(stream_->Append(result));
    record_.Append(transaction_, std::move(result));
    return {};
  }
  Status Append(ports::OutboxOut entry) override {
    RASTI_CHECKED(stream_->Append(entry));
    record_.Append(transaction_, std::move(entry));
    return {};
  }
  Status Append(ports::FollowUpOut follow_up) override { return stream_->Append(std::move(follow_up)); }
  Status Append(ports::DeadLetterOut letter) override { return stream_->Append(std::move(letter)); }
  Status Commit(const std::map<core::PartitionId, ports::InputPositions>& next) override {
    hook_("Commit");
    record_.At(transaction_).next = next;
    Status committed = stream_->Commit(next);
    if (committed) record_.Committed(transaction_);
    hook_("Commit, done");
    return committed;
  }
  Status Abort() override {
    record_.Aborted(transaction_);
    return stream_->Abort();
  }
  Status Close() override { return stream_->Close(); }

 private:
  const int number_;
  EmbeddedRecord& record_;
  const ports::Clock& clock_;
  const CallHook hook_;
  std::unique_ptr<ports::LogStream> stream_;
  size_t transaction_ = 0;
  Instant decided_at_{};
};

}  // namespace

Result<std::unique_ptr<ports::LogStream>> RecordingLog::OpenStream(ports::AssignmentListener& listener) {
  hook_("OpenStream");
  auto stream = std::make_unique<RecordingStream>(stream_, record_, clock_, hook_);
  RASTI_CHECKED(stream->Open(log_, listener));
  return stream;
}

Result<std::unique_ptr<ports::EventReader>> RecordingLog::OpenReader(core::PartitionId partition, core::Sequence from) {
  hook_("OpenReader");
  RASTI_TRY(auto reader, log_.OpenReader(partition, from));
  return std::make_unique<RecordingReader>(std::move(reader), hook_);
}

Result<core::Sequence> RecordingLog::EndSequence(core::PartitionId partition) { return log_.EndSequence(partition); }

Result<std::vector<ports::StoredEvent>> RecordingLog::ReadAt(core::PartitionId partition,
                                                             const std::vector<core::Sequence>& sequences) {
  return log_.ReadAt(partition, sequences);
}

Result<int64_t> RecordingLog::Publish(std::string key, std::string value) {
  return log_.Publish(std::move(key), std::move(value));
}

Result<std::vector<ports::DefinitionRecord>> RecordingLog::ReadDefinitions(int64_t from) {
  hook_("ReadDefinitions");
  return log_.ReadDefinitions(from);
}

Result<int64_t> RecordingLog::WriteDeadLetter(ports::DeadLetterOut note) {
  return log_.WriteDeadLetter(std::move(note));
}

Result<std::vector<ports::DeadLetterRecord>> RecordingLog::ReadDeadLetters(int64_t from, size_t most) {
  return log_.ReadDeadLetters(from, most);
}

}  // namespace rasti::simulation
