#include "tests/acceptance/chaos/node.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/end_to_end/program.h"

namespace rasti::test {
namespace {

constexpr std::chrono::seconds kStopWithin{120};

}  // namespace

Node::Node(const NodeSetting& setting, int number)
    : setting_(setting),
      number_(number),
      paths_(fmt::format("{}/node-{}", setting.root, number)),
      log_(fmt::format("{}/node-{}.log", setting.root, number)) {}

Status Node::Init(const std::vector<std::string>& packages) const {
  std::vector<std::string> words = {setting_.program,
                                    "init",
                                    "--data",
                                    paths_.root,
                                    "--log",
                                    "kafka",
                                    "--brokers",
                                    setting_.bootstrap,
                                    "--topic-prefix",
                                    setting_.topic_prefix,
                                    "--group",
                                    setting_.topic_prefix + "engine",
                                    "--node",
                                    fmt::format("node-{}", number_),
                                    "--kafka-settings",
                                    setting_.settings};
  if (number_ == 0) {
    words.emplace_back("--packages");
    words.insert(words.end(), packages.begin(), packages.end());
  } else {
    words.insert(words.end(), {"--no-packages", "--submitters", setting_.root + "/node-0/submitters"});
  }
  const Finished made = Child(words).Finish();
  if (made.exit_code == 0) return {};
  return Fail(ErrorCode::kUnavailable, fmt::format("init of node {}: {}", number_, made.err));
}

void Node::Start() {
  std::vector<std::string> words = {setting_.program, "run", "--json", "--data", paths_.root};
  if (setting_.trims) words.insert(words.end(), {"--keep-commands", "PT5S", "--trim-every", "PT1S"});
  process_ = std::make_unique<Process>(words, log_);
  state_ = State::kUp;
}

void Node::Kill() {
  process_->Signal(SIGKILL);
  process_.reset();
  state_ = State::kDown;
}

void Node::Pause() {
  process_->Signal(SIGSTOP);
  state_ = State::kPaused;
}

void Node::Continue() {
  process_->Signal(SIGCONT);
  state_ = State::kUp;
}

Status Node::Stop() {
  process_->Signal(SIGTERM);
  const auto status = process_->WaitUntilEnded(kStopWithin);
  if (!status) process_->Signal(SIGABRT);  // a core, where the system keeps them, says where it hung
  process_.reset();
  state_ = State::kDown;
  if (!status) {
    return Fail(ErrorCode::kTimedOut, fmt::format("node {} did not stop within {} s of SIGTERM; its last words: {}",
                                                  number_, kStopWithin.count(), LastWords()));
  }
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
  // It had not come to where signals are waited for: there was nothing to end in good order.
  if (WIFSIGNALED(*status) && WTERMSIG(*status) == SIGTERM) return {};
  return Fail(ErrorCode::kInternal,
              fmt::format("node {} stopped with {}; its last words: {}", number_, HowItEnded(*status), LastWords()));
}

void Node::DeleteState() const { std::filesystem::remove_all(paths_.states()); }
void Node::DeleteViews() const { std::filesystem::remove_all(paths_.views()); }

std::optional<std::string> Node::EndedByItself() {
  if (state_ != State::kUp) return std::nullopt;
  const auto status = process_->Ended();
  if (!status) return std::nullopt;
  process_.reset();
  state_ = State::kDown;
  return fmt::format("node {} ended by itself, with {}: {}", number_, HowItEnded(*status), LastWords());
}

std::string Node::LastWords() const {
  std::ifstream file(log_);
  std::string last;
  std::string line;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace rasti::test
