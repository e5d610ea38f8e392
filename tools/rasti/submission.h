// A new case: the command that opens it, made from what a person typed or a scenario says.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/core/command.h"
#include "engine/runtime/configuration.h"
#include "tools/rasti/people.h"

namespace rasti::cli {

struct SubmitWish {
  std::string workflow;
  std::string version;  // empty: the one in force
  std::string tenant;
  std::string category;
  std::string title;
  nlohmann::json form = nlohmann::json::object();  // personal fields in their places
  std::string channel;                             // empty: the workflow's, where it has only one
  std::optional<Instant> received_at;
  std::string subject;  // a UUID; empty: the citizen who acts, or a fresh id
  bool anonymous = false;
  std::string key;  // of idempotency; empty: none
  WhoOptions who;
};

struct Submission {
  core::Command command;
  Who who;
  std::optional<core::SubjectId> subject;
  const core::Definition* definition = nullptr;  // of the configuration that was handed in
};

/// Failures: unknown_tenant, unknown_workflow with what was probably meant; those of ResolveWho and Split; exit 2.
Outcome<Submission> MakeSubmission(const SubmitWish& wish, const runtime::Configuration& configuration, Instant now);

}  // namespace rasti::cli
