// What the tests of the views share: a log with random lives, a store, and projecting in batches of any size.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "engine/core/apply.h"
#include "engine/core/register_number.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "engine/views/views.h"
#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_view_store.h"
#include "tests/support/random_life.h"

namespace rasti::views {

/// Built once: compiling forms and guards takes longer than a short life.
inline const test::SampleWorld& World() {
  static const test::SampleWorld kWorld;
  return kWorld;
}

/// What the sample's versions make public: of the first all but cases that wait or were reopened twice, with titles; of
/// the second everything, without.
inline Result<std::shared_ptr<const core::Definition>> SampleDefinition(const core::VersionedName& version) {
  if (core::IsRegister(version)) return std::make_shared<const core::Definition>(core::RegisterDefinition());
  const bool is_first = version == World().definition.version;
  auto definition = std::make_shared<core::Definition>(is_first ? World().definition : World().definition_2);
  core::PublicRegister& shown = definition->public_register.emplace();
  shown.title = is_first;
  if (is_first) shown.hidden_in.emplace_back("waiting");
  if (is_first) {
    shown.when = *core::expression::Compile("case.reopened < 2", core::PublicEnvironment(definition->form),
                                            core::expression::Type::Bool());
  }
  return definition;
}

struct LogAndViews {
  explicit LogAndViews(int partitions = 3) : log({.partitions = partitions}, clock) { Reopen(); }

  void Reopen(ProjectorOptions options = {}) {
    options.find_definition = SampleDefinition;
    projector = *Projector::Open(store, std::move(options));
  }

  /// Projects what is there, in batches of at most `most`.
  Status Project(size_t most = 1000) {
    for (int32_t i = 0; i < log.partition_count(); ++i) {
      const core::PartitionId partition{i};
      RASTI_TRY(const core::Sequence next, projector->NextSequence(partition));
      RASTI_TRY(const auto reader, log.OpenReader(partition, next));
      while (true) {
        RASTI_TRY(const auto events, reader->Read(most, Duration{0}));
        if (events.empty()) break;
        RASTI_CHECKED(projector->Project(partition, events));
      }
    }
    return {};
  }

  test::ManualClock clock{test::SampleStart()};
  test::MemoryEventLog log;
  test::MemoryViewStore store{ViewTables().size()};
  std::unique_ptr<Projector> projector;
  Views views{store, log};
};

/// A case's events, straight from the log.
inline std::vector<core::Event> EventsOf(const test::MemoryEventLog& log, const core::CaseId& id) {
  std::vector<core::Event> found;
  const auto partition = ports::PartitionOf(id.uuid.AsBytes(), log.partition_count());
  for (const ports::StoredEvent& stored : log.events(partition)) {
    if (stored.key == id.uuid.AsBytes()) found.push_back(codec::DecodeEvent(stored.value)->event);
  }
  return found;
}

/// The naive fold of the events up to the first that the moment does not cover.
inline core::CaseState FoldUntil(const std::vector<core::Event>& events, const Moment& moment) {
  core::CaseState state;
  for (const core::Event& event : events) {
    if (!moment.Covers(event.ctx().occurred_at, event.ctx().recorded_at)) break;
    core::Apply(state, event);
  }
  return state;
}

}  // namespace rasti::views
