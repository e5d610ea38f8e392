#include "tools/rasti/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/core/guards.h"
#include "engine/core/presence.h"
#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

struct ActionsOptions {
  std::string case_text;
  WhoOptions who;
};

// Whoever asks: the roles in which they stand to the case. Nobody: all of the workflow's roles.
struct Asker {
  std::optional<core::ActorId> id;
  std::vector<core::Role> roles;

  std::vector<core::Role> Of(const std::vector<core::Role>& allowed) const {
    if (!id) return allowed;
    std::vector<core::Role> mine;
    for (const core::Role& role : allowed) {
      if (std::ranges::find(roles, role) != roles.end()) mine.push_back(role);
    }
    return mine;
  }
};

// A citizen speaks only for cases of their own.
void DropForeign(const CaseAtHand& found, Asker& asker) {
  const core::CaseState& state = found.state();
  const bool is_own = state.submitted_by == *asker.id || (state.subject && state.subject->view() == asker.id->view());
  if (is_own) return;
  std::erase_if(asker.roles, [&](const core::Role& role) {
    const core::RoleDefinition* known = found.setting.definition->FindRole(role);
    return known != nullptr && known->own_cases_only;
  });
}

Outcome<Asker> AskerOf(const ActionsOptions& options, const CaseAtHand& found) {
  const CaseSetting& setting = found.setting;
  Asker asker;
  if (options.who.as.empty() && options.who.role.empty()) return asker;
  const auto colleague = ResolveColleague(options.who.as, *setting.tenant, setting.overseer);
  if (colleague && options.who.role.empty()) {
    asker.id = colleague->id;
    asker.roles = colleague->tenant->FindPerson(colleague->id)->roles;
  } else {
    RASTI_TRY(const Who who, ResolveWho(options.who, {.definition = setting.definition,
                                                      .tenant = setting.tenant,
                                                      .overseer = setting.overseer,
                                                      .allowed = {}}));
    asker.id = who.actor.id;
    asker.roles = {who.actor.role};
  }
  DropForeign(found, asker);
  return asker;
}

// The case in person, or standing in for who does.
bool Holds(const CaseAtHand& found, const Asker& asker) {
  const core::Assignment& assignment = found.state().assignment;
  if (!asker.id || !assignment.person) return false;
  if (*assignment.person == *asker.id) return true;
  const CaseSetting& setting = found.setting;
  const core::Tenant* holder = assignment.tenant ? setting.overseer : setting.tenant;
  const core::Person* person = holder == nullptr ? nullptr : holder->FindPerson(*assignment.person);
  if (person == nullptr || setting.calendar == nullptr) return false;
  const core::Person* acting = core::StandingOf(*holder, *person, setting.calendar->LocalDay(found.now)).acting;
  return acting != nullptr && acting->id == *asker.id;
}

// Why it is not possible as the case stands; empty where nothing is in the way, as far as can be said before its fields
// are filled in.
std::string Hindrance(const core::Action& action, const CaseAtHand& found, const Asker& asker) {
  if (const core::Taker* taker = asker.id ? core::BarringTaker(found.state(), action, *asker.id) : nullptr) {
    return fmt::format("they took '{}' on this case, so this is for somebody else", taker->action.str());
  }
  if (!action.guard || action.guard->Mentions("action")) return {};
  if (!asker.id && action.guard->Mentions("actor")) return {};
  const auto roles = asker.Of(action.roles);
  const core::Actor actor = asker.id ? core::Actor{*asker.id, roles.front()} : core::Actor{};
  const core::GuardActivation activation(*found.setting.definition, found.state(), actor, Holds(found, asker), {},
                                         found.now);
  const auto holds = action.guard->EvaluateBool(activation);
  if (!holds) return holds.error().message;
  return *holds ? std::string() : action.guard_reason;
}

struct Offer {
  const core::Action* action = nullptr;
  std::vector<core::Role> roles;
  std::string hindrance;
};

// Merged cases, and those that wait to be, take nothing.
bool TakesCommands(const core::CaseState& state) {
  return state.status != core::CaseStatus::kFrozen && state.status != core::CaseStatus::kMerged;
}

std::vector<Offer> OffersOf(const CaseAtHand& found, const Asker& asker) {
  std::vector<Offer> offers;
  if (!TakesCommands(found.state())) return offers;
  for (const core::Action& action : found.setting.definition->actions) {
    if (action.automatic || std::ranges::find(action.from, found.state().stage) == action.from.end()) continue;
    auto roles = asker.Of(action.roles);
    if (roles.empty()) continue;
    std::string hindrance = Hindrance(action, found, asker);
    offers.push_back({&action, std::move(roles), std::move(hindrance)});
  }
  return offers;
}

// The commands that are no actions of the workflow, as the case's status and the workflow's permissions allow them.
std::vector<std::string> OtherCommands(const CaseAtHand& found, const Asker& asker) {
  using core::Permission;
  struct Other {
    Permission permission;
    const char* command;
    bool while_open;
    bool when_ended;
  };
  static constexpr std::array<Other, 11> kOthers = {{{Permission::kAssign, "assign", true, false},
                                                     {Permission::kRelease, "release", true, false},
                                                     {Permission::kMessage, "message", true, true},
                                                     {Permission::kAttach, "attach", true, true},
                                                     {Permission::kExtend, "extend", true, false},
                                                     {Permission::kPause, "pause", true, false},
                                                     {Permission::kPause, "resume", true, false},
                                                     {Permission::kMerge, "merge", true, false},
                                                     {Permission::kCorrect, "correct", true, false},
                                                     {Permission::kMigrate, "migrate", true, true},
                                                     {Permission::kRate, "rate", false, true}}};
  std::vector<std::string> commands;
  if (!TakesCommands(found.state())) return commands;
  const bool is_open = found.state().status == core::CaseStatus::kOpen;
  for (const Other& other : kOthers) {
    const auto& allowed = found.setting.definition->permissions[static_cast<size_t>(other.permission)];
    if ((is_open ? other.while_open : other.when_ended) && !asker.Of(allowed).empty()) {
      commands.emplace_back(other.command);
    }
  }
  return commands;
}

// The deadlines that may still be extended, with what the law allows it by.
std::vector<const core::Clock*> Extensible(const CaseAtHand& found, const std::vector<std::string>& commands) {
  std::vector<const core::Clock*> clocks;
  if (std::ranges::find(commands, "extend") == commands.end()) return clocks;
  for (const core::ClockState& clock : found.state().clocks) {
    const core::Clock* known = found.setting.definition->FindClock(clock.id);
    if (known != nullptr && clock.IsActive() && clock.extensions < known->extension.most) clocks.push_back(known);
  }
  return clocks;
}

std::string_view TypeName(core::FieldType type) {
  switch (type) {
    case core::FieldType::kText: return "text";
    case core::FieldType::kInteger: return "integer";
    case core::FieldType::kNumber: return "number";
    case core::FieldType::kBoolean: return "boolean";
    case core::FieldType::kDate: return "date";
    case core::FieldType::kChoice: return "choice";
  }
  return "";
}

std::string ValueText(const core::ActionField& field) {
  switch (field.type) {
    case core::FieldType::kText: return "TEXT";
    case core::FieldType::kInteger: return "INTEGER";
    case core::FieldType::kNumber: return "NUMBER";
    case core::FieldType::kBoolean: return "true|false";
    case core::FieldType::kDate: return "DATE";
    case core::FieldType::kChoice: return fmt::format("{}", fmt::join(field.choices, "|"));
  }
  return "";
}

std::string Names(const std::vector<core::Role>& roles) {
  std::vector<std::string_view> names;
  for (const core::Role& role : roles) names.push_back(role.view());
  return fmt::format("{}", fmt::join(names, ", "));
}

void PrintOffers(const Context& context, const std::vector<Offer>& offers) {
  std::vector<std::vector<std::string>> rows;
  for (const Offer& offer : offers) {
    rows.push_back({offer.action->id.str(), offer.action->to ? "to " + offer.action->to->str() : "stays",
                    Names(offer.roles), Printable(offer.action->title.en)});
  }
  const auto lines = Align(rows);
  for (size_t i = 0; i < lines.size(); ++i) {
    const Offer& offer = offers[i];
    context.out.Line(context.out.Paint(offer.hindrance.empty() ? Colour::kBold : Colour::kFaint, lines[i]));
    if (!offer.hindrance.empty()) context.out.Line("    not now: " + Printable(offer.hindrance));
    for (const core::ActionField& field : offer.action->fields) {
      context.out.Line(fmt::format("    --field {}={}{}  {}", field.id, ValueText(field),
                                   field.required ? "" : " (may be left out)", Printable(field.title.en)));
    }
  }
}

nlohmann::ordered_json TextsJson(const core::Texts& texts) {
  return {{"sq", texts.sq}, {"sr-Latn", texts.sr_latn}, {"en", texts.en}};
}

nlohmann::ordered_json OfferJson(const Offer& offer) {
  auto roles = nlohmann::ordered_json::array();
  for (const core::Role& role : offer.roles) roles.push_back(role.str());
  auto fields = nlohmann::ordered_json::array();
  for (const core::ActionField& field : offer.action->fields) {
    nlohmann::ordered_json one{{"id", field.id}, {"type", TypeName(field.type)}, {"required", field.required}};
    if (field.type == core::FieldType::kChoice) one["choices"] = field.choices;
    one["title"] = TextsJson(field.title);
    fields.push_back(std::move(one));
  }
  nlohmann::ordered_json json{{"id", offer.action->id.str()}, {"title", TextsJson(offer.action->title)}};
  if (offer.action->to) json["to"] = offer.action->to->str();
  json["roles"] = std::move(roles);
  json["fields"] = std::move(fields);
  json["possible_now"] = offer.hindrance.empty();
  if (!offer.hindrance.empty()) json["reason"] = offer.hindrance;
  return json;
}

Outcome<void> RunActions(const Context& context, const ActionsOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const CaseAtHand found, FindCase(*session, options.case_text));
  RASTI_CHECKED(session->Close());
  const core::CaseState& state = found.state();
  if (found.setting.definition == nullptr || found.setting.tenant == nullptr) {
    return Refuse(Error::Corruption(fmt::format("{} or the directory of {} is not among the published packages",
                                                state.definition.str(), state.tenant.str())));
  }
  RASTI_TRY(const Asker asker, AskerOf(options, found));
  const auto offers = OffersOf(found, asker);
  const auto commands = OtherCommands(found, asker);
  const auto extensible = Extensible(found, commands);

  auto actions = nlohmann::ordered_json::array();
  for (const Offer& offer : offers) actions.push_back(OfferJson(offer));
  auto extensions = nlohmann::ordered_json::array();
  for (const core::Clock* clock : extensible) {
    extensions.push_back({{"clock", clock->id.str()}, {"legal_bases", clock->extension.legal_bases}});
  }
  context.out.Json({{"case_id", state.id.str()},
                    {"reference", state.reference},
                    {"stage", state.stage.str()},
                    {"status", core::CaseStatusName(state.status)},
                    {"actions", std::move(actions)},
                    {"commands", commands},
                    {"extensions", std::move(extensions)}});

  PrintOffers(context, offers);
  if (offers.empty()) {
    context.out.Line(fmt::format("no action of {} is possible {}in stage '{}'", state.definition.str(),
                                 asker.id ? "for " + options.who.as + " " : "", state.stage.str()));
  }
  if (!commands.empty()) context.out.Line(fmt::format("besides: {}", fmt::join(commands, ", ")));
  for (const core::Clock* clock : extensible) {
    for (const std::string& basis : clock->extension.legal_bases) {
      context.out.Line(fmt::format("    extend --clock {} --legal-basis '{}'", clock->id.str(), Printable(basis)));
    }
  }
  return {};
}

}  // namespace

std::string ActionsOfStage(const CaseAtHand& found, const core::Role& role) {
  std::vector<std::string_view> names;
  for (const core::Action& action : found.setting.definition->actions) {
    const bool is_of_stage = std::ranges::find(action.from, found.state().stage) != action.from.end();
    const bool may = std::ranges::find(action.roles, role) != action.roles.end();
    if (!action.automatic && is_of_stage && may) names.push_back(action.id.view());
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void AddActionsCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ActionsOptions>();
  CLI::App* command = AddCommand(app, context, "actions",
                                 "What may be done with a case as it stands, by whom, and which fields that asks for; "
                                 "with --as what that person may do",
                                 "  rasti actions 7ZK4-MQ2W-9PAB-X\n"
                                 "  rasti actions 7ZK4-MQ2W-9PAB-X --as roads.officer1",
                                 [&context, options] { return RunActions(context, *options); });
  command->add_option("CASE", options->case_text, "The case: its id (UUID) or its public reference")->required();
  options->who.AddTo(*command);
}

}  // namespace rasti::cli
