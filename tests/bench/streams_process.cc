#include "tests/bench/streams_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>

#include "engine/base/check.h"
#include "engine/codec/result_codec.h"
#include "tests/bench/bench.h"
#include "tests/bench/node_process.h"

namespace rasti::bench {
namespace {

namespace kafka = log::kafka;
using Steady = std::chrono::steady_clock;

constexpr size_t kHeapMb = 512;
// Of a state beside its step and its deadline; the engine's own takes about as much before it is compressed.
constexpr int kStateBytes = 400;
constexpr int kAnswerMs = 5'000;
constexpr std::chrono::milliseconds kAskAgain{10};
constexpr std::chrono::minutes kPatience{10};
constexpr std::chrono::seconds kEndsWithin{20};

// The class path to run it with; compiled the first time.
const std::string& ClassPath() {
  static const std::string path = [] {
    const std::filesystem::path folder = BenchDirectory() / "rasti-bench-case-streams";
    const std::string command = fmt::format("tests/bench/kafka_streams/build.sh '{}'", folder.string());
    const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), &pclose);  // NOLINT(cert-env33-c)
    RASTI_CHECK(output != nullptr, "a shell");
    std::string line;
    for (int next = std::fgetc(output.get()); next != EOF && next != '\n'; next = std::fgetc(output.get())) {
      line += static_cast<char>(next);
    }
    RASTI_CHECK(!line.empty(),
                "tests/bench/kafka_streams/build.sh compiles it; its own message is above. Start from "
                "the project's folder");
    return line;
  }();
  return path;
}

// As DataInputStream reads it.
void PutInt(std::string& out, size_t number) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((number >> shift) & 0xff);
}
void PutBytes(std::string& out, std::string_view bytes) {
  PutInt(out, bytes.size());
  out += bytes;
}
void PutSamples(std::string& out, const std::vector<Written>& samples) {
  PutInt(out, samples.size());
  for (const Written& sample : samples) {
    PutBytes(out, sample.value);
    PutInt(out, sample.headers.size());
    for (const auto& [name, value] : sample.headers) {
      PutBytes(out, name);
      PutBytes(out, value);
    }
  }
}

std::string SamplesOf(const Shape& shape) {
  std::string out;
  PutSamples(out, shape.events);
  PutSamples(out, shape.outbox);
  // As much as the engine's own, so that a submitter can read it.
  PutBytes(out, codec::EncodeResult({.command_id = core::CommandId("1"),
                                     .case_id = {},
                                     .reference = "VRD7-7XDA-MQVB-4",
                                     .outcome = codec::Accepted{{1}, {6}, {{1}, {123'456}}}}));
  return out;
}

}  // namespace

bool StreamsProcess::IsPossible() {
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): a fixed command, before any thread
  if (std::system("command -v javac >/dev/null && command -v mvn >/dev/null") == 0) return true;
  std::fprintf(stderr, "left out: there is no javac or no mvn here; apt-get install openjdk-17-jdk-headless maven\n");
  return false;
}

StreamsProcess::StreamsProcess(log::KafkaLogOptions log, const Shape& shape)
    : log_(std::move(log)), folder_(BenchDirectory() / ("rasti-bench-streams-" + log_.group)) {
  const std::string& class_path = ClassPath();
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  const std::string samples = (folder_ / "samples").string();
  std::ofstream(samples, std::ios::binary) << SamplesOf(shape);
  kafka::Settings settings{{"bootstrap.servers", log_.brokers}, {"group.id", log_.topic_prefix + "streams"}};
  group_ = Must(kafka::MakeClient(RD_KAFKA_CONSUMER, Must(kafka::MakeConf(settings))));

  std::array<int, 2> to{};
  std::array<int, 2> from{};
  RASTI_CHECK(pipe2(to.data(), O_CLOEXEC) == 0 && pipe2(from.data(), O_CLOEXEC) == 0, "pipes");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
  std::vector<std::string> words{"java",
                                 fmt::format("-Xmx{}m", kHeapMb),
                                 fmt::format("-Xms{}m", kHeapMb),
                                 "-XX:+UseParallelGC",
                                 "-cp",
                                 class_path,
                                 "CaseStreams",
                                 log_.brokers,
                                 log_.topic_prefix,
                                 (folder_ / "state").string(),
                                 samples,
                                 std::to_string(shape.events_per_command),
                                 std::to_string(shape.outbox_per_command),
                                 std::to_string(kStateBytes),
                                 std::to_string(kKafkaThreads),
                                 "0",
                                 "100000"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  RASTI_CHECK(posix_spawnp(&pid_, "java", &actions, nullptr, arguments.data(), environ) == 0, "a Java 17");
  posix_spawn_file_actions_destroy(&actions);
  close(to[0]);
  close(from[1]);
  to_ = to[1];
  from_ = from[0];
  for (char next = 0; next != '\n';) RASTI_CHECK(read(from_, &next, 1) == 1, "the application says that it runs");
}

StreamsProcess::~StreamsProcess() {
  close(to_);
  const auto until = Steady::now() + kEndsWithin;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (Steady::now() > until) kill(pid_, SIGKILL);
    std::this_thread::sleep_for(kAskAgain);
  }
  close(from_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

double StreamsProcess::CpuSeconds() const { return CpuSecondsOf(pid_); }

int64_t StreamsProcess::Committed() {
  const kafka::PartitionList list(rd_kafka_topic_partition_list_new(kKafkaPartitions));
  const std::string topic = log_.topic_prefix + "commands";
  for (int32_t i = 0; i < kKafkaPartitions; ++i) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), i);
  if (rd_kafka_committed(group_.get(), list.get(), kAnswerMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  int64_t committed = 0;
  for (int i = 0; i < list->cnt; ++i) committed += std::max<int64_t>(list->elems[i].offset, 0);
  return committed;
}

void StreamsProcess::WaitUntilCommitted(int64_t commands) {
  for (const auto until = Steady::now() + kPatience; Committed() < commands; std::this_thread::sleep_for(kAskAgain)) {
    RASTI_CHECK(Steady::now() < until, "the application goes on");
  }
}

}  // namespace rasti::bench
