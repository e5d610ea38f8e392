// Who holds the cases of a list: --queue, --unclaimed, --person, --directorate, --nobody.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/tenant.h"
#include "engine/views/inbox.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

/// As typed.
struct HolderOptions {
  std::string queue;
  bool unclaimed = false;
  std::string person;
  std::string directorate;
  bool nobody = false;

  void AddTo(CLI::App& command);
  bool AreGiven() const { return !queue.empty() || unclaimed || !person.empty() || !directorate.empty() || nobody; }
};

/// As lists of cases are asked for.
struct Holders {
  std::vector<views::InboxPlace> places;  // in any of them; none: whoever holds it
  std::optional<core::QueueId> queue;     // of those, only what is in this queue
};

/// Failures: unknown_queue, unknown_directorate, unknown_actor, each with what was probably meant; exit 2 where options
/// exclude each other.
Outcome<Holders> ResolveHolders(const HolderOptions& options, const core::Tenant& tenant, const core::Tenant* overseer);

}  // namespace rasti::cli
