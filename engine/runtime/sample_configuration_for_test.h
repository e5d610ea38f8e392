// The sample world as a configuration that an engine runs on.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/base/check.h"
#include "engine/runtime/configuration.h"
#include "tests/support/sample_definition.h"

namespace rasti::runtime {

/// Everything of the sample in force from the beginning of time; the second calendar and the second version of the
/// workflow from `second_from` on, where that is given; and what `more` adds. A fault of the sample ends the program.
inline std::shared_ptr<const Configuration> SampleConfiguration(const test::SampleWorld& world,
                                                                std::optional<Instant> second_from = {},
                                                                const std::function<void(Configuration&)>& more = {}) {
  const auto must = [](const Status& status) {
    RASTI_CHECK(status.has_value(), status ? "" : status.error().message.c_str());
  };
  auto configuration = std::make_shared<Configuration>();
  must(configuration->AddTimeZones("2025b", kEarliestInstant, 0));
  must(configuration->AddDefinition(world.definition, kEarliestInstant, 1));
  must(configuration->AddTenant(world.tenant, kEarliestInstant, 2));
  must(configuration->AddTenant(world.ministry, kEarliestInstant, 3));
  must(configuration->AddCalendar(world.calendar.spec(), "1", kEarliestInstant, 4));
  if (second_from) {
    must(configuration->AddCalendar(world.calendar_2.spec(), "2", *second_from, 5));
    must(configuration->AddDefinition(world.definition_2, *second_from, 6));
  }
  if (more) more(*configuration);
  must(configuration->Build());
  return configuration;
}

}  // namespace rasti::runtime
