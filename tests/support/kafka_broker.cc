#include "tests/support/kafka_broker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

namespace rasti::test {
namespace {

// Tests run in the root of the source tree.
constexpr char kScript[] = "tools/kafka.sh";

struct Output {
  int status = 0;
  std::string text;
};

Output Run(const std::string& command) {
  Output output;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, "cannot start " + command};
  std::array<char, 4096> part{};
  size_t count = 0;
  while ((count = fread(part.data(), 1, part.size(), pipe)) > 0) output.text.append(part.data(), count);
  output.status = pclose(pipe);
  return output;
}

}  // namespace

Result<KafkaBroker*> KafkaBroker::Instance() {
  static std::unique_ptr<KafkaBroker> broker;
  if (broker == nullptr) {
    RASTI_TRY(broker, Start(""));
  }
  return broker.get();
}

Result<std::unique_ptr<KafkaBroker>> KafkaBroker::Start(const std::string& options) {
  if (!std::filesystem::exists(kScript)) {
    return Fail(Error::NotFound(fmt::format("{}: run this test from the root of the source tree", kScript)));
  }
  std::string directory = (std::filesystem::temp_directory_path() / "rasti-kafka-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return Fail(Error::Io(directory + ": cannot be made"));
  std::unique_ptr<KafkaBroker> starting(new KafkaBroker(directory));
  const Output output = Run(fmt::format("{} start --dir {} --while {} {} 2>&1", kScript, directory, getpid(), options));
  if (output.status != 0) return Fail(ErrorCode::kUnavailable, "no Kafka broker: " + output.text);
  // The last line; what was fetched is told before it.
  const std::string text = output.text.substr(0, output.text.find_last_not_of('\n') + 1);
  starting->bootstrap_ = text.substr(text.find_last_of('\n') + 1);
  return starting;
}

std::string KafkaBroker::listener(const std::string& name) const {
  std::ifstream lines(directory_ + "/listeners");
  std::string one;
  std::string addresses;
  while (lines >> one >> addresses) {
    if (one == name) return addresses;
  }
  return "";
}

pid_t KafkaBroker::pid() const {
  pid_t pid = 0;
  std::ifstream(directory_ + "/1/pid") >> pid;
  return pid;
}

void KafkaBroker::Kill() const { Run(fmt::format("{} kill 1 --dir {} 2>&1", kScript, directory_)); }

Status KafkaBroker::Restart() const {
  const Output output = Run(fmt::format("{} restart 1 --dir {} --while {} 2>&1", kScript, directory_, getpid()));
  if (output.status != 0) return Fail(ErrorCode::kUnavailable, "the broker does not come back: " + output.text);
  return {};
}

std::string KafkaBroker::Headers(const std::string& topic) const {
  return Run(fmt::format("{} read {} --dir {} 2>&1", kScript, topic, directory_)).text;
}

int64_t KafkaBroker::Begin(const std::string& topic, int partition) const {
  const Output output = Run(fmt::format("{} begins {} --dir {} 2>&1", kScript, topic, directory_));
  const std::string line = fmt::format("{}:{}:", topic, partition);
  const size_t at = output.text.find(line);
  return at == std::string::npos ? -1 : std::atoll(output.text.c_str() + at + line.size());
}

Status KafkaBroker::Make(const std::string& topic, int partitions, const std::vector<std::string>& settings) const {
  std::string command = fmt::format("{} make {} --dir {} --partitions {}", kScript, topic, directory_, partitions);
  for (const std::string& setting : settings) command += " --setting " + setting;
  const Output output = Run(command + " 2>&1");
  if (output.status != 0) return Fail(Error::Io(output.text));
  return {};
}

Status KafkaBroker::Delete(const std::string& topic) const {
  const Output output = Run(fmt::format("{} delete {} --dir {} 2>&1", kScript, topic, directory_));
  if (output.status != 0) return Fail(Error::Io(output.text));
  return {};
}

void KafkaBroker::Signal(int signal) const {
  if (const pid_t process = pid(); process > 0) ::kill(process, signal);
}

void KafkaBroker::Pause() const { Signal(SIGSTOP); }
void KafkaBroker::Resume() const { Signal(SIGCONT); }

KafkaBroker::~KafkaBroker() {
  Resume();
  Run(fmt::format("{} stop --dir {} 2>&1", kScript, directory_));
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

Result<std::string> NewerLibrdkafka() {
  const Output output = Run("tools/librdkafka.sh");
  if (output.status != 0) return Fail(ErrorCode::kUnavailable, "no newer librdkafka: " + output.text);
  return output.text.substr(0, output.text.find_last_not_of('\n') + 1);
}

}  // namespace rasti::test
