#include "tests/integration/log_sample.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/conformance/event_log_steps.h"

namespace rasti::integration {
namespace {

namespace fs = std::filesystem;

std::string ValueOf(int partition, int batch, size_t bytes) {
  std::string value = "partition " + std::to_string(partition) + " batch " + std::to_string(batch) + " ";
  while (value.size() < bytes) value.push_back(static_cast<char>('a' + value.size() * 7 % 26));
  return value;
}

void WriteBatch(ports::LogStream& stream, const SampleOptions& options, int batch, Events& events) {
  RASTI_ASSERT_OK(stream.Begin());
  for (int p = 0; p < options.partitions; ++p) {
    auto& values = events[static_cast<size_t>(p)];
    const auto sequence = static_cast<int64_t>(values.size());
    values.push_back(ValueOf(p, batch, options.value_bytes));
    RASTI_ASSERT_OK(stream.Append(conformance::Event({p}, sequence, values.back())));
  }
  RASTI_ASSERT_OK(stream.Append(ports::OutboxOut{.partition = {0}, .key = "entry", .value = "letter"}));
  RASTI_ASSERT_OK(
      stream.Append(ports::FollowUpOut{.key = conformance::KeyIn({0}, options.partitions), .value = "follow-up"}));
  RASTI_ASSERT_OK(stream.Commit({}));
}

}  // namespace

Sample MakeSample(const std::string& directory, const SampleOptions& options) {
  Sample sample;
  sample.events.resize(static_cast<size_t>(options.partitions));
  RASTI_EXPECT_OK(log::EmbeddedEventLog::Create(directory, options.partitions));
  const ports::SystemClock clock;
  auto log =
      log::EmbeddedEventLog::Open({.directory = directory, .write_buffer_bytes = options.write_buffer_bytes}, clock);
  EXPECT_TRUE(log) << log.error().message;
  conformance::Listener listener;
  auto stream = (*log)->OpenStream(listener);
  conformance::Settle({stream->get()}, {&listener}, options.partitions);
  for (int batch = 0; batch < options.batches; ++batch) {
    sample.events_before_last_batch = sample.events;
    sample.wal_bytes_before_last_batch = SizeOf(WalOf(directory));
    WriteBatch(**stream, options, batch, sample.events);
  }
  RASTI_EXPECT_OK((*stream)->Close());
  if (options.close) RASTI_EXPECT_OK((*log)->Close());
  return sample;
}

Findings Inspect(const std::string& directory, int partitions) {
  Findings findings;
  findings.events.resize(static_cast<size_t>(partitions));
  const ports::SystemClock clock;
  auto log = log::EmbeddedEventLog::Open({.directory = directory}, clock);
  if (!log) {
    findings.error = log.error();
    return findings;
  }
  findings.notes = (*log)->recovery_notes();
  for (int p = 0; p < partitions; ++p) {
    const int64_t end = (*log)->EndSequence({p})->value;
    auto reader = (*log)->OpenReader({p}, {0});
    auto& values = findings.events[static_cast<size_t>(p)];
    while (static_cast<int64_t>(values.size()) < end) {
      const auto events = (*reader)->Read(100, Duration{0});
      if (!events) {
        findings.error = events.error();
        break;
      }
      for (const auto& event : *events) values.push_back(event.value);
    }
  }
  const auto verified = (*log)->VerifyAll({});
  if (!verified && !findings.error) findings.error = verified.error();
  return findings;
}

std::string Findings::Text() const {
  std::string text = error ? std::string(ErrorCodeName(error->code)) + ": " + error->message : "no error";
  for (const log::RecoveryNote& note : notes) text += "; note: " + note.file + ": " + note.message;
  return text;
}

std::vector<std::string> FilesOf(const std::string& directory, const std::string& prefix, const std::string& suffix) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(directory + "/db")) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix) && name.ends_with(suffix)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string WalOf(const std::string& directory) {
  const auto paths = FilesOf(directory, "", ".log");
  EXPECT_FALSE(paths.empty());
  return *std::max_element(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
    return std::pair(SizeOf(a), a) < std::pair(SizeOf(b), b);
  });
}

uint64_t SizeOf(const std::string& path) { return fs::file_size(path); }

void FlipBit(const std::string& path, uint64_t byte, int bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(byte));
  const int value = file.get();
  file.seekp(static_cast<std::streamoff>(byte));
  file.put(static_cast<char>(value ^ 1 << bit));
  ASSERT_TRUE(file.good()) << path;
}

bool IsPrefix(const Events& part, const Events& whole) {
  if (part.size() != whole.size()) return false;
  for (size_t p = 0; p < part.size(); ++p) {
    if (part[p].size() > whole[p].size()) return false;
    if (!std::equal(part[p].begin(), part[p].end(), whole[p].begin())) return false;
  }
  return true;
}

std::string FastTemporaryRoot() {
  const std::string memory = "/dev/shm/";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : testing::TempDir();
}

}  // namespace rasti::integration
