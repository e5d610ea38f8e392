// What all commands on one case share: their options, finding the case, who acts, submitting and telling the result.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/command.h"
#include "tools/rasti/case_text.h"
#include "tools/rasti/context.h"
#include "tools/rasti/people.h"

namespace rasti::cli {

struct CaseOptions {
  std::string case_text;  // a case_id or a public reference
  WhoOptions who;
  std::optional<int64_t> expected_revision;
  std::string command_id;
  void AddTo(CLI::App& command);
};

/// The case as it is, and everything around it.
struct CaseAtHand {
  Session* session = nullptr;
  views::CasePage page;
  CaseSetting setting;
  Instant now;
  const core::CaseState& state() const { return page.state; }
};

/// Failures: not_found; a tenant or definition that is not in force (corruption: a published version never goes away).
Outcome<CaseAtHand> FindCase(Session& session, const std::string& text, const views::Moment& moment = {});

/// Makes the command's payload, once it is known which case it is for and who acts.
using MakePayload = std::function<Outcome<core::CommandPayload>(const CaseAtHand&, const core::Actor&)>;
/// The roles that may give the command; nothing: the definition does not say.
using AllowedRoles = std::function<std::vector<core::Role>(const CaseAtHand&)>;

AllowedRoles RolesOf(core::Permission permission);
AllowedRoles RolesOf(core::ActionKind kind);
/// Those of one action; none where the workflow does not know it.
AllowedRoles RolesOf(const core::ActionId& action);

/// A command on the case, with a fresh id. Failures: those of ResolveWho and `make`; corruption as of FindCase.
Outcome<core::Command> MakeCommand(const CaseAtHand& found, const WhoOptions& who, const AllowedRoles& allowed,
                                   const MakePayload& make);

/// Submits a command on a case and prints what became of it. `settle`: also waits for answers between cases.
Outcome<void> RunOnCase(const Context& context, const CaseOptions& options, const AllowedRoles& allowed,
                        const MakePayload& make, bool settle = false);

/// Submits and turns a rejection into a failure with what was probably meant.
Outcome<codec::Accepted> Execute(Session& session, const core::Command& command, const core::Definition* definition,
                                 Instant now);
/// Prints an accepted command and the case after it. `extra` goes into the JSON document.
Outcome<void> PrintAccepted(const Context& context, Session& session, const core::Command& command,
                            const codec::Accepted& accepted,
                            const nlohmann::ordered_json& extra = nlohmann::ordered_json::object());

}  // namespace rasti::cli
