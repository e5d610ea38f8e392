// `rasti show`, `rasti history`: a case and its events, now or as of any moment.
#include <fmt/format.h>

#include <set>

#include "engine/codec/json.h"
#include "engine/views/deadline_row.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"
#include "tools/rasti/history_pages.h"

namespace rasti::cli {
namespace {

struct ShowOptions {
  std::string case_text;
  std::string at;
  std::string known_at;
  int64_t from = 1;   // of a history
  int64_t limit = 0;  // likewise; 0: all
  bool personal = false;
  std::string reason;
  WhoOptions who;

  void AddTo(CLI::App& command) {
    command.add_option("CASE", case_text, "The case: its id (UUID) or its public reference")->required();
    command.add_option("--at", at, "As it was then: everything that had occurred by that time")->type_name("TIME");
    command.add_option("--known-at", known_at, "As the log knew it then: everything recorded by that time")
        ->type_name("TIME");
    auto* why = command.add_option("--reason", reason, "Why personal data is opened; kept in the history");
    command.add_flag("--personal", personal, "Show personal data too; that it was opened is recorded first")
        ->needs(why);
    who.AddTo(command);
  }
  Outcome<views::Moment> Moment() const {
    views::Moment moment;
    RASTI_TRY(moment.at, GivenInstant("--at", at));
    RASTI_TRY(moment.known_at, GivenInstant("--known-at", known_at));
    return moment;
  }
};

// Nobody sees personal data before the log says that they did.
Outcome<void> RecordAccess(Session& session, const ShowOptions& options, CaseAtHand& found,
                           std::vector<std::string> paths) {
  if (!options.personal || paths.empty()) return {};
  const CaseSetting& setting = found.setting;
  RASTI_TRY(const Who who, ResolveWho(options.who, {.definition = setting.definition,
                                                    .tenant = setting.tenant,
                                                    .overseer = setting.overseer,
                                                    .allowed = RolesOf(core::Permission::kOpenPersonalData)(found)}));
  core::Command command;
  command.command_id = core::CommandId(FormatUuid(RandomUuid()));
  command.case_id = found.state().id;
  command.tenant = found.state().tenant;
  command.actor = who.actor;
  command.payload = core::RecordAccess{std::move(paths), options.reason};
  RASTI_CHECKED(Execute(session, command, setting.definition, found.now));
  found.setting.show_personal = true;
  return {};
}

Outcome<void> RunShow(const Context& context, const ShowOptions& options) {
  RASTI_TRY(const views::Moment moment, options.Moment());
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(CaseAtHand found, FindCase(*session, options.case_text, moment));
  std::vector<std::string> paths;
  for (const core::Field& field : found.state().personal) paths.push_back(field.path);
  RASTI_CHECKED(RecordAccess(*session, options, found, std::move(paths)));
  context.out.Json(CaseJson(found.page, found.setting.show_personal));
  const Instant now = moment.IsNow() ? views::EffectiveNow(found.state(), found.now) : moment.Now();
  for (const std::string& line : CaseLines(found.page, found.setting, now, context.out)) context.out.Line(line);
  RASTI_CHECKED(session->Close());
  return {};
}

// Of everything personal that the events hold.
std::vector<std::string> PersonalPaths(const views::CaseHistory& history) {
  std::set<std::string> paths;
  for (const codec::DecodedEvent& event : history.events) {
    const core::EventPayload& payload = event.event.payload;
    const auto add = [&](const std::vector<core::Field>& fields) {
      for (const core::Field& field : fields) paths.insert(field.path);
    };
    if (const auto* submitted = std::get_if<core::CaseSubmitted>(&payload)) add(submitted->personal);
    if (const auto* corrected = std::get_if<core::CaseCorrected>(&payload)) add(corrected->personal);
    if (const auto* message = std::get_if<core::MessageAdded>(&payload)) add({message->body});
    if (const auto* rated = std::get_if<core::CaseRated>(&payload); rated != nullptr && rated->comment) {
      add({*rated->comment});
    }
  }
  return {paths.begin(), paths.end()};
}

std::string ActorText(const core::EventContext& ctx, const CaseSetting& setting) {
  if (ctx.actor == core::SystemActor()) return ctx.command_id.view() == "timer" ? "time" : "engine";
  return fmt::format("{} ({})", NameOfActor(ctx.actor.id, setting.tenant, setting.overseer), ctx.actor.role.str());
}

Outcome<void> RunHistory(const Context& context, const ShowOptions& options) {
  views::HistoryQuery query;
  RASTI_TRY(query.moment, options.Moment());
  query.from = core::Revision{options.from};
  if (options.limit > 0) query.limit = static_cast<size_t>(options.limit);
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(CaseAtHand found, FindCase(*session, options.case_text));
  const auto read = [&](const views::HistoryQuery& page) { return session->HistoryFrom(options.case_text, page); };
  RASTI_TRY(const HistoryPart part, ReadHistory(read, query));
  const views::CaseHistory& history = part.history;
  RASTI_CHECKED(RecordAccess(*session, options, found, PersonalPaths(history)));
  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const codec::DecodedEvent& event : history.events) {
    const core::EventContext& ctx = event.event.ctx();
    rows.push_back({fmt::format("{:>3}", event.event.revision.value),
                    LocalText(ctx.occurred_at, found.setting.calendar), ActorText(ctx, found.setting),
                    EventText(event.event, found.setting)});
    auto json = codec::ToJson(event.event, {.show_personal = found.setting.show_personal});
    json["hash"] = ToHex(AsBytes(event.hash));
    list.push_back(std::move(json));
  }
  nlohmann::ordered_json json{{"case_id", found.state().id.str()},
                              {"reference", found.state().reference},
                              {"partition", history.partition.value},
                              {"events", std::move(list)}};
  for (const std::string& line : Align(rows)) context.out.Line(line);
  if (part.next) {
    context.out.Line(fmt::format("more: --from {}", part.next->value));
    json["next"] = part.next->value;
  }
  context.out.Json(json);
  RASTI_CHECKED(session->Close());
  return {};
}

}  // namespace

void AddShowCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = AddCommand(app, context, "show", "Show a case; personal fields are only counted",
                                 "  rasti show 7ZK4-MQ2W-9PAB-X\n"
                                 "  rasti show 7ZK4-MQ2W-9PAB-X --at 2026-11-21T12:00:00+01:00\n"
                                 "  rasti show 7ZK4-MQ2W-9PAB-X --personal --reason 'To phone back.' --as clerk1",
                                 [&context, options] { return RunShow(context, *options); });
  options->AddTo(*command);
}

void AddHistoryCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = AddCommand(app, context, "history", "List a case's events; their hash chain is verified",
                                 "  rasti history 7ZK4-MQ2W-9PAB-X --json\n"
                                 "  rasti history 7ZK4-MQ2W-9PAB-X --from 3 --limit 2",
                                 [&context, options] { return RunHistory(context, *options); });
  options->AddTo(*command);
  command->add_option("--from", options->from, "The first revision that is shown")->check(CLI::PositiveNumber);
  command->add_option("--limit", options->limit, "Events at the most; default: all")->check(CLI::PositiveNumber);
}

}  // namespace rasti::cli
