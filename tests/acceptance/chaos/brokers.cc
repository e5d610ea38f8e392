#include "tests/acceptance/chaos/brokers.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <memory>

#include "tests/end_to_end/program.h"

namespace rasti::test {
namespace {

constexpr char kScript[] = "tools/kafka.sh";  // this program runs in the root of the source tree
constexpr std::chrono::seconds kWithin{180};

Result<std::string> OutputOf(Child& child, const std::string& what) {
  const Finished finished = child.Finish(kWithin);
  if (finished.exit_code == 0) return finished.out;
  return Fail(ErrorCode::kUnavailable, fmt::format("{}: {}", what, finished.err));
}

}  // namespace

std::vector<std::string> Brokers::Words(const std::vector<std::string>& words) const {
  std::vector<std::string> all{kScript};
  all.insert(all.end(), words.begin(), words.end());
  all.insert(all.end(), {"--dir", directory_});
  return all;
}

Result<Brokers> Brokers::Start(const std::string& directory) {
  Brokers brokers(directory);
  Child child(brokers.Words(
      {"start", "--brokers", std::to_string(kCount), "--heap", "384", "--while", std::to_string(::getpid())}));
  RASTI_TRY(std::string text, OutputOf(child, "starting three brokers"));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  brokers.bootstrap_ = text.substr(text.rfind('\n') + 1);
  return brokers;
}

void Brokers::Stop() const {
  SignalAll(SIGCONT);
  Child(Words({"stop"})).Finish(kWithin);
}

void Brokers::Signal(int broker, int signal) const {
  std::ifstream file(fmt::format("{}/{}/pid", directory_, broker));
  pid_t pid = 0;
  if (file >> pid && pid > 0) ::kill(pid, signal);
}

void Brokers::SignalAll(int signal) const {
  for (int broker = 1; broker <= kCount; ++broker) Signal(broker, signal);
}

Status Brokers::Kill(int broker) const {
  Child child(Words({"kill", std::to_string(broker)}));
  RASTI_CHECKED(OutputOf(child, fmt::format("killing broker {}", broker)));
  return {};
}

Status Brokers::Restart(const std::vector<int>& brokers) const {
  std::vector<std::unique_ptr<Child>> starting;
  for (const int broker : brokers) {
    starting.push_back(std::make_unique<Child>(
        Words({"restart", std::to_string(broker), "--heap", "384", "--while", std::to_string(::getpid())})));
  }
  for (const auto& child : starting) RASTI_CHECKED(OutputOf(*child, "starting a broker again"));
  return {};
}

bool Brokers::AreInSync() const {
  Child child(Words({"in-sync"}));
  return child.Finish(kWithin).exit_code == 0;
}

}  // namespace rasti::test
