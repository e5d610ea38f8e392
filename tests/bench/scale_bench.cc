// Flatness: commands a second and memory with few cases and with many.
//
// Two loads. In Boston's year about 15,000 of 121,000 requests are open at its end, and a city that gathers two million
// in sixteen years has no more of them open: people's commands go to the newest cases, and a few to any case that there
// ever was (a late rating, a dispute, a clerk who looks something up and adds to it). The other load goes to any case
// with equal chance: no cache helps, each command reads a case from the store and each checkpoint writes it back.
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr int64_t kFew = 10'000;
// Two million submissions in a minute leave merges behind, and a working engine has no such minute behind it.
constexpr std::chrono::seconds kRest{20};
// So many that the log and the stores flush and merge all the while, as they do after an hour.
constexpr int64_t kWarmUp = 400'000;
constexpr int64_t kCommands = 400'000;

// One command in so many goes to any case, the others to the newest ones.
enum class Load : int64_t { kAsInLife = 10, kAnyCase = 1 };

// Adds messages to cases; they are the same whatever the number of cases.
class Messages {
 public:
  Messages(EngineUnderTest& engine, int64_t cases) : engine_(engine), cases_(cases) {}

  double PerSecond(Load load, int64_t count) {
    std::vector<int64_t> chosen(static_cast<size_t>(count));
    for (size_t i = 0; i < chosen.size(); ++i) {
      const bool any = i % static_cast<size_t>(load) == 0;
      chosen[i] = any ? Below(cases_) : cases_ - 1 - Below(kFew);
    }
    const double seconds = engine_.RunClosedLoop(
        64, count, [&](int64_t n) { return Message(first_ + n, chosen[static_cast<size_t>(n)]); });
    first_ += count;
    return static_cast<double>(count) / seconds;
  }

 private:
  int64_t Below(int64_t end) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(end)); }

  static core::Command Message(int64_t n, int64_t to) {
    const std::string id = std::to_string(n);
    core::Command command = SubmitCommand(to);
    command.command_id = core::CommandId("message " + id);
    command.actor = test::people::Officer();
    const core::SubjectId citizen(test::people::Citizen().id.str());
    command.payload = core::AddMessage{
        core::Direction::kToCitizen, id, {command.case_id, "/message/" + id, citizen, {}, "\"Where?\"", false}};
    return command;
  }

  EngineUnderTest& engine_;
  const int64_t cases_;
  std::mt19937_64 random_{7};
  int64_t first_ = 0;
};

struct Measured {
  double as_in_life = 0;
  double any_case = 0;
  size_t resident = 0;
};

Measured Measure(int64_t cases) {
  EngineUnderTest engine({});
  engine.RunClosedLoop(1024, cases, SubmitCommand);
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(5)), "the submissions settle");
  std::fprintf(stderr, "scale: %lld cases are in\n", static_cast<long long>(cases));
  std::this_thread::sleep_for(kRest);
  Messages messages(engine, cases);
  messages.PerSecond(Load::kAsInLife, kWarmUp);
  Measured measured;
  measured.as_in_life = messages.PerSecond(Load::kAsInLife, kCommands);
  measured.any_case = messages.PerSecond(Load::kAnyCase, kCommands);
  measured.resident = ResidentBytes();
  return measured;
}

void Run() {
  const int64_t many = FromEnvironment("RASTI_BENCH_CASES", 2'000'000);
  const Measured few_cases = Measure(kFew);
  const Measured many_cases = Measure(many);
  Print({"scale.commands_with_many_cases", many_cases.as_in_life, "commands/s", few_cases.as_in_life,
         0.75 * few_cases.as_in_life});
  Print({"scale.commands_to_any_of_many_cases", many_cases.any_case, "commands/s", few_cases.any_case, std::nullopt});
  Print({"scale.resident_memory",
         static_cast<double>(many_cases.resident) / 1e6,
         "MB",
         std::nullopt,
         800,
         false,
         {},
         {},
         /*is_bound=*/true});
  // What is there whatever the number of cases is left out: caches and buffers are bounded, and full by then.
  const double more = static_cast<double>(many_cases.resident) - static_cast<double>(few_cases.resident);
  Print({"scale.memory_per_case", more / static_cast<double>(many - kFew), "bytes", std::nullopt, std::nullopt});
}

}  // namespace

std::vector<Benchmark> ScaleBenchmarks() {
  return {{"scale", "commands with 2,000,000 cases; baseline: with 10,000", Run}};
}

}  // namespace rasti::bench
