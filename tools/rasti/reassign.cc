// `rasti reassign`: what somebody holds goes to others, when they leave or fall ill.
#include <fmt/format.h>

#include "engine/core/presence.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"

namespace rasti::cli {
namespace {

constexpr size_t kPage = 500;
constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kSettleMost{30'000};

struct ReassignOptions {
  std::string tenant;
  std::string from;
  std::string to;
  std::string queue;
  std::string reason;
  bool confirm = false;
  WhoOptions who;
};

// Who gives, and who takes: a person or a queue of the same tenant.
struct Handover {
  const core::Tenant* tenant = nullptr;
  const sla::Calendar* calendar = nullptr;
  core::ActorId from;
  std::string from_name;
  const core::Person* to = nullptr;
  std::optional<core::QueueId> queue;

  std::string ToText() const { return to != nullptr ? to->handle : "the queue " + queue->str(); }
};

enum class Fate { kWouldMove, kMoved, kRefused, kNotHeld };

struct Moved {
  Fate fate = Fate::kMoved;
  Failure refusal;  // kRefused
};

std::string_view NameOf(Fate fate) {
  switch (fate) {
    case Fate::kWouldMove: return "would_move";
    case Fate::kMoved: return "moved";
    case Fate::kRefused: return "refused";
    case Fate::kNotHeld: return "not_held_any_more";
  }
  return "";
}

// Somebody whom a directory does not know any more may hold cases still: then by id.
Outcome<void> FindFrom(const std::string& name, Handover& handover) {
  const auto uuid = ParseUuid(name);
  const auto colleague = ResolveColleague(name, *handover.tenant, nullptr);
  if (!colleague && !uuid) return Refuse(colleague.error());
  handover.from = colleague ? colleague->id : core::ActorId(FormatUuid(*uuid));
  handover.from_name = NameOfActor(handover.from, handover.tenant, nullptr);
  return {};
}

Outcome<void> FindTo(const ReassignOptions& options, Instant now, Handover& handover) {
  const core::Tenant& tenant = *handover.tenant;
  if (!options.to.empty() && !options.queue.empty()) return Misused("--to and --queue exclude each other");
  if (!options.queue.empty()) {
    handover.queue = core::QueueId(options.queue);
    if (tenant.FindQueue(*handover.queue) == nullptr) return Refuse(UnknownQueue(options.queue, tenant));
    return {};
  }
  if (!options.to.empty()) {
    RASTI_TRY(const Colleague colleague, ResolveColleague(options.to, tenant, nullptr));
    if (colleague.id == handover.from) return Misused(fmt::format("--to {}: holds the cases already", options.to));
    handover.to = tenant.FindPerson(colleague.id);
    if (handover.to->active) return {};
    return Refuse(core::Rejection{core::RejectionCode::kInactiveActor, "to/person",
                                  fmt::format("'{}' is no longer active in the directory", handover.to->handle)});
  }
  const core::Person* from = tenant.FindPerson(handover.from);
  if (from != nullptr && handover.calendar != nullptr) {
    handover.to = core::StandingOf(tenant, *from, handover.calendar->LocalDay(now)).acting;
  }
  if (handover.to != nullptr && handover.to != from) return {};
  return Misused(
      fmt::format("{} for '{}': say who takes over, with --to HANDLE or --queue QUEUE",
                  handover.to == from && from != nullptr ? "they are there, so nobody stands in" : "nobody stands in",
                  handover.from_name));
}

// A person takes a case over where it lies; what the directory has no more is left out.
core::AssignCase AssignmentOf(const Handover& handover, const core::CaseState& state, const std::string& reason) {
  core::AssignCase assign;
  assign.reason = reason;
  if (state.tenant != handover.tenant->id) assign.to.tenant = handover.tenant->id;
  if (handover.queue) {
    assign.to.queue = handover.queue;
    return assign;
  }
  assign.to.person = handover.to->id;
  const core::Assignment& now = state.assignment;
  const core::Queue* queue = now.queue ? handover.tenant->FindQueue(*now.queue) : nullptr;
  if (queue != nullptr) assign.to.queue = now.queue;
  // A queue brings its directorate along: another one, perhaps, than when the case came there.
  const bool brings_directorate = queue != nullptr && !queue->directorate.empty();
  if (!brings_directorate && now.directorate && handover.tenant->FindDirectorate(*now.directorate) != nullptr) {
    assign.to.directorate = now.directorate;
  }
  return assign;
}

bool IsHeldBy(const core::CaseState& state, const Handover& handover) {
  const core::TenantId& holder = state.assignment.tenant ? *state.assignment.tenant : state.tenant;
  return holder == handover.tenant->id && state.assignment.person == handover.from && views::IsInInbox(state);
}

// The same hand-over of the same case at the same revision is the same command: a retry makes nothing twice.
core::CommandId CommandIdOf(const Handover& handover, const core::CaseState& state) {
  const std::string to = handover.to != nullptr ? "person " + handover.to->id.str() : "queue " + handover.queue->str();
  return core::CommandId(FormatUuid(UuidV5(
      state.id.uuid, fmt::format("reassign from {} to {} at {}", handover.from.str(), to, state.revision.value))));
}

// Moves one case, if it is still held by who gives it away. Failures: an outcome that is not known; who acts is
// unclear.
Outcome<Moved> Move(Session& session, const Context& context, const ReassignOptions& options, const Handover& handover,
                    const core::CaseId& id) {
  RASTI_TRY(const auto given_now, context.GivenNow());
  for (int attempt = 1;; ++attempt) {
    RASTI_TRY(const CaseAtHand found, FindCase(session, id.str()));
    if (!IsHeldBy(found.state(), handover)) return Moved{Fate::kNotHeld, {}};
    const auto make = [&](const CaseAtHand& at_hand, const core::Actor&) -> Outcome<core::CommandPayload> {
      return AssignmentOf(handover, at_hand.state(), options.reason);
    };
    RASTI_TRY(core::Command command, MakeCommand(found, options.who, RolesOf(core::Permission::kAssign), make));
    command.command_id = CommandIdOf(handover, found.state());
    command.expected_revision = found.state().revision;
    if (given_now && !(session.virtual_clock() && *given_now == found.now)) command.occurred_at = given_now;
    const auto accepted = Execute(session, command, found.setting.definition, found.now);
    if (accepted) return Moved{Fate::kMoved, {}};
    if (accepted.error().exit != Exit::kRejected) return Refuse(accepted.error());
    // Somebody else was faster: perhaps they have given the case away.
    const bool conflict = accepted.error().code == core::RejectionCodeName(core::RejectionCode::kRevisionConflict);
    if (!conflict || attempt == kAttempts) return Moved{Fate::kRefused, accepted.error()};
  }
}

struct Tally {
  int64_t moved = 0;
  int64_t refused = 0;
  nlohmann::ordered_json cases = nlohmann::ordered_json::array();
};

void Tell(const Context& context, const Handover& handover, const views::InboxRow& row, const Moved& moved,
          Tally& tally) {
  nlohmann::ordered_json json{{"case_id", row.case_id.str()},
                              {"reference", row.reference},
                              {"tenant", row.tenant.str()},
                              {"outcome", NameOf(moved.fate)}};
  std::string text;
  switch (moved.fate) {
    case Fate::kWouldMove:
      text =
          fmt::format("{}  {}  {}", row.stage.str(),
                      row.clock ? "due " + LocalText(row.due_at, handover.calendar) : std::string("no deadline runs"),
                      Printable(row.title));
      break;
    case Fate::kMoved:
      text = context.out.Paint(Colour::kGreen, "moved");
      ++tally.moved;
      break;
    case Fate::kRefused:
      text = context.out.Paint(Colour::kRed, "refused") +
             fmt::format(" ({}): {}", moved.refusal.code, moved.refusal.message);
      json["code"] = moved.refusal.code;
      json["message"] = moved.refusal.message;
      ++tally.refused;
      break;
    case Fate::kNotHeld: text = fmt::format("not held by {} any more", handover.from_name); break;
  }
  context.out.Line(fmt::format("{}  {}", row.reference, text));
  tally.cases.push_back(std::move(json));
}

Outcome<Tally> GoThrough(Session& session, const Context& context, const ReassignOptions& options,
                         const Handover& handover) {
  Tally tally;
  views::InboxQuery query;
  query.tenant = handover.tenant->id;
  query.places = {{views::InboxList::kPerson, handover.from.str()}};
  query.limit = kPage;
  do {
    RASTI_TRY(const views::InboxPage page, session.Inbox(query));
    for (const views::InboxRow& row : page.rows) {
      Moved moved{Fate::kWouldMove, {}};
      if (options.confirm) {
        auto result = Move(session, context, options, handover, row.case_id);
        if (!result) {
          result.error().message +=
              fmt::format(" ({} cases were moved before; the same words again go on from there)", tally.moved);
          return Refuse(result.error());
        }
        moved = *std::move(result);
      }
      Tell(context, handover, row, moved, tally);
    }
    query.cursor = page.next;
  } while (!query.cursor.empty());
  return tally;
}

Outcome<void> RunReassign(const Context& context, const ReassignOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_TRY(const Instant now, session->Now());
  RASTI_TRY(const auto tenant, GivenTenant(*session, options.tenant));
  if (!tenant) return Misused("--tenant is empty: name the municipality or institution");
  Handover handover;
  handover.tenant = configuration->TenantAt(*tenant, now);
  handover.calendar = configuration->CalendarAt(handover.tenant->calendar, now);
  RASTI_CHECKED(FindFrom(options.from, handover));
  RASTI_CHECKED(FindTo(options, now, handover));
  if (options.confirm && options.who.as.empty()) return Misused("say who hands over: --as HANDLE, or set RASTI_AS");
  // What was decided just now is to be seen, by this run and by the next.
  RASTI_CHECKED(session->Settle(kSettleMost));
  RASTI_TRY(const Tally tally, GoThrough(*session, context, options, handover));
  if (options.confirm) RASTI_CHECKED(session->Settle(kSettleMost));
  RASTI_CHECKED(session->Close());

  nlohmann::ordered_json json{{"from", handover.from.str()}};
  if (handover.to != nullptr) json["to"] = handover.to->handle;
  if (handover.queue) json["queue"] = handover.queue->str();
  json["confirmed"] = options.confirm;
  json["moved"] = tally.moved;
  json["refused"] = tally.refused;
  json["cases"] = tally.cases;
  context.out.Json(json);
  if (!options.confirm) {
    context.out.Line(fmt::format("{} open cases of {} would go to {}; nothing was changed, --confirm moves them",
                                 tally.cases.size(), handover.from_name, handover.ToText()));
    return {};
  }
  context.out.Line(fmt::format("{} cases of {} moved to {}, {} refused", tally.moved, handover.from_name,
                               handover.ToText(), tally.refused));
  if (tally.refused == 0) return {};
  return Refuse(Failure(Exit::kRejected, "refused",
                        fmt::format("{} of {} cases stay with {}; each says why", tally.refused, tally.cases.size(),
                                    handover.from_name)));
}

}  // namespace

void AddReassignCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<ReassignOptions>();
  CLI::App* command = AddCommand(
      app, context, "reassign",
      "Give all open cases that somebody holds to another person or a queue, when they leave or are away for long. "
      "Without --confirm it lists what would move. What went wrong half-way is done by the same words again: nothing "
      "moves twice",
      "  rasti reassign --tenant prishtine --from roads.officer1 --queue roads\n"
      "  rasti reassign --tenant prishtine --from roads.officer1 --to roads.officer2 \\\n"
      "      --as public-services.head --reason 'Has left the house.' --confirm",
      [&context, options] { return RunReassign(context, *options); });
  command->add_option("--tenant", options->tenant, "The municipality or institution in whose directory they stand")
      ->required();
  command->add_option("--from", options->from, "Who holds the cases: a handle or id, also of somebody who has left")
      ->type_name("WHO")
      ->required();
  command->add_option("--to", options->to, "Who takes over; default: who stands in for them by the directory")
      ->type_name("WHO");
  command->add_option("--queue", options->queue, "The queue that takes over");
  command->add_option("--reason,--note", options->reason, "Why");
  command->add_flag("--confirm", options->confirm, "Move them");
  options->who.AddTo(*command);
}

}  // namespace rasti::cli
