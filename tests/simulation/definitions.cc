#include "tests/simulation/definitions.h"

#include "engine/runtime/sample_configuration_for_test.h"

namespace rasti::simulation {

namespace {

// Every case has a number of a register that all cases of the tenant share, and most are public.
struct SimulatedWorld : test::SampleWorld {
  SimulatedWorld() {
    const core::NumberRule rule{.register_id = "protocol",
                                .title = {"Protokolli", "Protokol", "Protocol"},
                                .when = {.submitted = true, .stage = {}, .action = {}},
                                .format = "{number}/{year}"};
    for (core::Definition* version : {&definition, &definition_2}) {
      version->numbers.push_back(rule);
      version->public_register = test::SamplePublicRegister(version->form);
    }
  }
};

}  // namespace

const test::SampleWorld& Sample() {
  static const SimulatedWorld kWorld;
  return kWorld;
}

std::shared_ptr<const runtime::Configuration> ConfigurationOf(std::optional<Instant> second_from) {
  static const auto kFirst = runtime::SampleConfiguration(Sample());
  static std::pair<Instant, std::shared_ptr<const runtime::Configuration>> second;
  if (!second_from) return kFirst;
  if (second.second == nullptr || second.first != *second_from) {
    second = {*second_from, runtime::SampleConfiguration(Sample(), second_from)};
  }
  return second.second;
}

Result<std::shared_ptr<const core::Definition>> FindSample(const core::VersionedName& definition) {
  static const auto kAll = runtime::SampleConfiguration(Sample(), test::SampleStart());
  const core::Definition* found = kAll->FindDefinition(definition);
  if (found == nullptr) return Fail(ErrorCode::kUnavailable, "no case has the definition " + definition.str());
  return std::shared_ptr<const core::Definition>(kAll, found);
}

std::pair<std::string, std::string> SecondVersions(Instant from) {
  return {"second", std::to_string(ToUnixMillis(from))};
}

std::optional<Instant> SecondFrom(const std::vector<ports::DefinitionRecord>& records) {
  if (records.empty()) return std::nullopt;
  return InstantFromUnixMillis(std::stoll(records.front().value));
}

Status NodeConfiguration::Refresh() {
  const auto asked_at = clock_.Steady();
  RASTI_TRY(const auto records, log_.ReadDefinitions(0));
  current_ = ConfigurationOf(SecondFrom(records));
  refreshed_ = asked_at;
  return {};
}

}  // namespace rasti::simulation
