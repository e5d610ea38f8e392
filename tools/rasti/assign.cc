// `rasti assign`, `rasti release`: who holds a case.
#include <fmt/format.h>

#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/payloads.h"

namespace rasti::cli {
namespace {

struct AssignOptions {
  CaseOptions on;
  std::vector<std::string> to;
  std::string person;
  std::string queue;
  std::string directorate;
  std::string tenant;
  std::string reason;
};

// `--to person HANDLE` and `--person HANDLE` are the same.
Outcome<void> TakeTarget(AssignOptions& options) {
  if (options.to.empty()) return {};
  if (options.to[0] == "person") {
    options.person = options.to[1];
  } else if (options.to[0] == "queue") {
    options.queue = options.to[1];
  } else if (options.to[0] == "directorate") {
    options.directorate = options.to[1];
  } else {
    return Misused(fmt::format("--to {}: person, queue or directorate is wanted, and then its name", options.to[0]));
  }
  return {};
}

Outcome<void> RunAssign(const Context& context, AssignOptions options) {
  RASTI_CHECKED(TakeTarget(options));
  const auto make = [&](const CaseAtHand& found, const core::Actor&) -> Outcome<core::CommandPayload> {
    return MakeAssignment({options.person, options.queue, options.directorate, options.tenant, options.reason}, found);
  };
  return RunOnCase(context, options.on, RolesOf(core::Permission::kAssign), make);
}

}  // namespace

void AddAssignCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<AssignOptions>();
  CLI::App* command =
      AddCommand(app, context, "assign", "Give a case to a person, a queue or a directorate",
                 "  rasti assign 7ZK4-MQ2W-9PAB-X --to person roads.officer1 --as public-services.head\n"
                 "  rasti assign 7ZK4-MQ2W-9PAB-X --queue waste --as clerk1 --reason 'Not a road.'",
                 [&context, options] { return RunAssign(context, *options); });
  options->on.AddTo(*command);
  auto* to = command->add_option("--to", options->to, "person HANDLE, queue NAME or directorate NAME")
                 ->expected(2)
                 ->type_name("KIND NAME");
  command->add_option("--person", options->person, "A handle or id of the directory")->excludes(to);
  command->add_option("--queue", options->queue, "A queue of the tenant")->excludes(to);
  command->add_option("--directorate", options->directorate, "A directorate of the tenant")->excludes(to);
  command->add_option("--of-tenant", options->tenant, "The tenant that oversees the case's own, if it takes the case");
  command->add_option("--reason,--note", options->reason, "Why");
}

void AddReleaseCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<AssignOptions>();
  CLI::App* command =
      AddCommand(app, context, "release", "Free a case of who holds it",
                 "  rasti release 7ZK4-MQ2W-9PAB-X --as roads.officer1 --reason 'On leave.'", [&context, options] {
                   const auto make = [&](const CaseAtHand&, const core::Actor&) -> Outcome<core::CommandPayload> {
                     return core::ReleaseCase{options->reason};
                   };
                   return RunOnCase(context, options->on, RolesOf(core::Permission::kRelease), make);
                 });
  options->on.AddTo(*command);
  command->add_option("--reason,--note", options->reason, "Why");
}

}  // namespace rasti::cli
