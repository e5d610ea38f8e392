// Decide and Apply alone: one core, nothing encoded, nothing stored.
#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/core/decide.h"
#include "tests/bench/bench.h"
#include "tests/support/sample_definition.h"

namespace rasti::bench {
namespace {

constexpr int kCases = 20'000;

core::DecisionTime At(Instant instant) { return {instant, instant}; }

core::CaseState MustDecide(const core::Config& config, const core::CaseState& state, const core::Command& command,
                           Instant now) {
  auto decision = core::Decide(config, state, command, At(now));
  RASTI_CHECK(decision.has_value(), decision ? "" : decision.error().message.c_str());
  return std::move(decision->state);
}

// The mix: a case is opened, sent to the citizen and back, assigned and closed; its clocks start, pause, resume and
// end.
void RunMix() {
  const test::SampleWorld world;
  const core::Config config = world.config();
  const Instant start = test::SampleStart();
  std::vector<core::CaseState> submitted;
  for (int i = 0; i < kCases; ++i) {
    const core::CaseId id = test::SampleCaseId(static_cast<uint64_t>(i));
    submitted.push_back(
        MustDecide(config, {}, test::MakeCommand(id, "1", test::people::Citizen(), test::SampleSubmit()), start));
  }
  core::AssignCase assign;
  assign.to.queue = core::QueueId("waste");
  std::vector<core::Command> script{
      test::MakeCommand({}, "2", test::people::Officer(), test::Act("open")),
      test::MakeCommand({}, "3", test::people::Officer(), test::Act("ask")),
      test::MakeCommand({}, "4", test::people::Citizen(), test::Act("answer")),
      test::MakeCommand({}, "5", test::people::Officer(), assign),
      test::MakeCommand({}, "6", test::people::Officer(), test::Act("close", R"({"evidence":"photo"})")),
  };
  const double seconds = BestSeconds([&] {
    for (core::CaseState state : submitted) {
      Instant now = start;
      // Making the commands is not what is measured.
      for (core::Command& command : script) {
        command.case_id = state.id;
        now += std::chrono::hours(1);
        state = MustDecide(config, state, command, now);
      }
    }
  });
  // The least that a pure function which returns the new case must do.
  size_t copied = 0;
  const double copying = BestSeconds([&] {
    for (const core::CaseState& state : submitted) {
      for (size_t i = 0; i < script.size(); ++i) {
        const core::CaseState copy = state;
        copied += copy.clocks.size();
      }
    }
  });
  RASTI_CHECK(copied > 0, "the copies are made");
  const double commands = static_cast<double>(kCases) * static_cast<double>(script.size());
  Print({"decide.commands", commands / seconds, "commands/s", commands / copying, 500'000});
}

void RunSubmits() {
  const test::SampleWorld world;
  const core::Config config = world.config();
  const Instant start = test::SampleStart();
  std::vector<core::Command> commands;
  for (int i = 0; i < kCases; ++i) {
    core::SubmitCase submit = test::SampleSubmit();
    submit.form = fmt::format(R"({{"nothing_found":false,"place":"Rr. B, {}","severity":{}}})", i, i % 5 + 1);
    commands.push_back(
        test::MakeCommand(test::SampleCaseId(static_cast<uint64_t>(i)), "1", test::people::Citizen(), submit));
  }
  const double seconds = BestSeconds([&] {
    for (const core::Command& command : commands) MustDecide(config, {}, command, start);
  });
  size_t issues = 0;
  const double validating = BestSeconds([&] {
    for (const core::Command& command : commands) {
      const auto data = nlohmann::json::parse(std::get<core::SubmitCase>(command.payload).form);
      issues += world.definition.form.CheckPublic(data).size();
    }
  });
  RASTI_CHECK(issues == 0, "the forms are valid");
  Print({"decide.submits_with_form", kCases / seconds, "commands/s", kCases / validating, 50'000});
}

}  // namespace

std::vector<Benchmark> DecideBenchmarks() {
  return {{"decide", "Decide and Apply on one core; baseline: copying the case's state", RunMix},
          {"forms", "submissions whose form is checked; baseline: parsing and checking the form alone", RunSubmits}};
}

}  // namespace rasti::bench
