// `rasti extend`, `rasti pause`, `rasti resume`: a case's deadlines.
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

struct ClockOptions {
  CaseOptions on;
  std::string clock;
  std::string basis;
  std::string reason;
  std::optional<core::ClockId> id() const { return clock.empty() ? std::nullopt : std::optional(core::ClockId(clock)); }
};

using Build = std::function<core::CommandPayload(const ClockOptions&)>;

CLI::App* AddClockWork(CLI::App& app, Context& context, const std::shared_ptr<ClockOptions>& options,
                       const std::string& name, const std::string& description, const std::string& example,
                       core::Permission permission, const Build& build) {
  CLI::App* command = AddCommand(app, context, name, description, example, [&context, options, permission, build] {
    const auto make = [&](const CaseAtHand&, const core::Actor&) -> Outcome<core::CommandPayload> {
      return build(*options);
    };
    return RunOnCase(context, options->on, RolesOf(permission), make);
  });
  options->on.AddTo(*command);
  command->add_option("--reason,--note", options->reason, "Why");
  return command;
}

}  // namespace

void AddExtendCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ClockOptions>();
  CLI::App* command =
      AddClockWork(app, context, options, "extend", "Extend a deadline as the law allows",
                   "  rasti extend 7ZK4-MQ2W-9PAB-X --clock resolve --as public-services.head \\\n"
                   "      --legal-basis 'Law 03/L-040 on Local Self-Government (article to be confirmed)'",
                   core::Permission::kExtend, [](const ClockOptions& o) -> core::CommandPayload {
                     return core::ExtendClock{core::ClockId(o.clock), o.basis, o.reason};
                   });
  command->add_option("--clock", options->clock, "Which of the case's clocks")->required();
  command->add_option("--legal-basis", options->basis, "One of those that the workflow names")->required();
}

void AddPauseCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ClockOptions>();
  CLI::App* command =
      AddClockWork(app, context, options, "pause", "Stop clocks until they are resumed: somebody else owes something",
                   "  rasti pause 7ZK4-MQ2W-9PAB-X --clock resolve --as public-services.head --reason 'A dig.'",
                   core::Permission::kPause, [](const ClockOptions& o) -> core::CommandPayload {
                     return core::PauseClocks{o.id(), o.reason};
                   });
  command->add_option("--clock", options->clock, "Which of the case's clocks; default: all that run");
}

void AddResumeCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ClockOptions>();
  CLI::App* command = AddClockWork(app, context, options, "resume", "Let paused clocks go on with what remained",
                                   "  rasti resume 7ZK4-MQ2W-9PAB-X --as public-services.head",
                                   core::Permission::kPause, [](const ClockOptions& o) -> core::CommandPayload {
                                     return core::ResumeClocks{o.id(), o.reason};
                                   });
  command->add_option("--clock", options->clock, "Which of the case's clocks; default: all that are paused");
}

}  // namespace rasti::cli
