#include "tests/simulation/seeds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <sstream>

namespace rasti::simulation {
namespace {

constexpr size_t kFoundMost = 10;

std::optional<uint64_t> FromEnvironment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no test sets the environment
  if (value == nullptr) return std::nullopt;
  const std::string_view text(value);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) ADD_FAILURE() << name << " is no number: " << text;
  return number;
}

// All committed events, for who looks at one run.
void Write(std::ostream& out, const History& history) {
  for (int32_t i = 0; i < history.partitions(); ++i) {
    for (const HistoryEntry& entry : history.entries({i})) {
      const core::EventContext& context = entry.event.ctx();
      out << "  " << i << '/' << entry.event.sequence.value << " transaction " << entry.transaction << " input "
          << entry.input.commands << ',' << entry.input.follow_ups << ' ' << context.case_id.str().substr(0, 4) << '/'
          << entry.event.revision.value << ' ' << core::EventTypeName(entry.event.payload) << " ("
          << context.command_id.view() << ") occurred " << FormatInstant(context.occurred_at) << " recorded "
          << FormatInstant(context.recorded_at) << '\n';
    }
  }
}

}  // namespace

std::vector<uint64_t> Seeds(tests::Rounds rounds) {
  if (const auto seed = FromEnvironment("RASTI_SEED")) return {*seed};
  const auto asked = FromEnvironment("RASTI_SEEDS");
  std::vector<uint64_t> seeds(asked ? *asked : static_cast<size_t>(tests::RoundsOf(rounds)));
  std::iota(seeds.begin(), seeds.end(), 1);
  return seeds;
}

std::string Report(uint64_t seed, std::string_view program, const std::vector<std::string>& found, const Faults& faults,
                   const History& history) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::ostringstream out;
  out << "seed " << seed << ":\n";
  for (size_t i = 0; i < std::min(found.size(), kFoundMost); ++i) out << "  " << found[i] << '\n';
  out << "what had happened, at the end:\n";
  for (const std::string& line : faults.trace()) out << "  " << line << '\n';
  if (FromEnvironment("RASTI_SEED")) Write(out, history);
  out << "again: RASTI_SEED=" << seed << " build/tests/simulation/" << program
      << " --gtest_filter=" << test->test_suite_name() << '.' << test->name() << '\n';
  return out.str();
}

}  // namespace rasti::simulation
