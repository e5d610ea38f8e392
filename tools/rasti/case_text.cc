#include "tools/rasti/case_text.h"

#include <cctz/time_zone.h>
#include <fmt/format.h>

#include "engine/base/hash.h"
#include "engine/codec/json.h"
#include "engine/core/presence.h"
#include "engine/sla/text.h"
#include "tools/rasti/people.h"

namespace rasti::cli {
namespace {

std::string Label(std::string_view name, const std::string& text) { return fmt::format("{:<12}{}", name, text); }

std::string PersonalText(const core::Field& field) {
  return fmt::format("{} = {}", field.path, field.sealed ? "<sealed>" : Printable(field.value));
}

// Who holds the case, and who works in their place where they are away.
std::string HeldByText(const core::Assignment& holder, const CaseSetting& setting, Instant now) {
  std::string text = HolderText(holder, setting);
  const core::Tenant* tenant = holder.tenant ? setting.overseer : setting.tenant;
  if (!holder.person || tenant == nullptr || setting.calendar == nullptr) return text;
  const core::Person* person = tenant->FindPerson(*holder.person);
  if (person == nullptr) return text;
  const core::Standing standing = core::StandingOf(*tenant, *person, setting.calendar->LocalDay(now));
  if (standing.presence == core::Presence::kPresent) return text;
  return fmt::format("{}; {} {}, {} stands in", text, person->handle,
                     standing.until ? "is absent until " + sla::TextOf(*standing.until) : std::string("has left"),
                     standing.acting != nullptr ? standing.acting->handle : "nobody");
}

std::string PathsOf(const std::vector<core::Field>& fields) {
  std::vector<std::string_view> paths;
  for (const core::Field& field : fields)
    paths.push_back(std::string_view(field.path).substr(field.path.starts_with('/') ? 1 : 0));
  return fmt::format("{}", fmt::join(paths, ", "));
}

// A line for each field of a form (a JSON object, or empty): "location/address = Rruga B 17".
std::vector<std::string> FormLines(const std::string& form) {
  std::vector<std::string> lines;
  const auto fields = nlohmann::ordered_json::parse(form.empty() ? "{}" : form, nullptr, /*allow_exceptions=*/false);
  if (!fields.is_object()) return {Label("form", Printable(form))};
  if (fields.empty()) return lines;
  const auto flat = fields.flatten();
  for (const auto& [path, value] : flat.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    lines.push_back(Label("form", fmt::format("{} = {}", Printable(path.substr(1)), Printable(text))));
  }
  return lines;
}

Colour ColourOf(const core::ClockState& clock, Instant now) {
  const bool late = clock.breached || (clock.IsActive() && clock.plan.due_at < now);
  if (clock.met_at) return clock.MetOnTime() ? Colour::kGreen : Colour::kRed;
  if (late) return Colour::kRed;
  return clock.status == core::ClockStatus::kPaused ? Colour::kYellow : Colour::kBold;
}

}  // namespace

CaseSetting SettingOf(const core::CaseState& state, std::shared_ptr<const runtime::Configuration> configuration,
                      Instant at) {
  CaseSetting setting;
  setting.definition = configuration->FindDefinition(state.definition);
  setting.tenant = configuration->TenantAt(state.tenant, at);
  if (setting.tenant != nullptr) {
    setting.calendar = configuration->CalendarAt(setting.tenant->calendar, at);
    if (setting.tenant->overseen_by) setting.overseer = configuration->TenantAt(*setting.tenant->overseen_by, at);
  }
  setting.configuration = std::move(configuration);
  return setting;
}

std::string LocalText(Instant instant, const sla::Calendar* calendar) {
  if (calendar == nullptr) return FormatInstant(instant);
  const bool whole = instant.time_since_epoch() % std::chrono::seconds(1) == Duration{0};
  return cctz::format(whole ? "%a %Y-%m-%d %H:%M:%S %Ez" : "%a %Y-%m-%d %H:%M:%E3S %Ez", instant, calendar->zone());
}

std::string LengthText(Duration length) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(length < Duration{0} ? -length : length).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min", seconds / 60);
  if (seconds < 86400) return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

std::string HolderText(const core::Assignment& holder, const CaseSetting& setting) {
  if (holder.IsNobody()) return "nobody";
  std::vector<std::string> parts;
  if (holder.person) parts.push_back(NameOfActor(*holder.person, setting.tenant, setting.overseer));
  if (holder.queue) parts.push_back("queue " + holder.queue->str());
  if (holder.directorate) parts.push_back("directorate " + holder.directorate->str());
  if (holder.tenant) parts.push_back("of " + holder.tenant->str());
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string ClockText(const core::ClockState& clock, const CaseSetting& setting, Instant now) {
  const std::string due = LocalText(clock.plan.due_at, setting.calendar);
  std::string text;
  switch (clock.status) {
    case core::ClockStatus::kRunning:
      text = clock.plan.due_at < now ? fmt::format("was due {} ({} late)", due, LengthText(now - clock.plan.due_at))
                                     : fmt::format("due {} (in {})", due, LengthText(clock.plan.due_at - now));
      break;
    case core::ClockStatus::kPaused: text = fmt::format("paused; was to be due {}", due); break;
    case core::ClockStatus::kMet:
      text = fmt::format("met {}, {}; due {}", LocalText(*clock.met_at, setting.calendar),
                         clock.MetOnTime() ? "on time" : "late", due);
      break;
    case core::ClockStatus::kCancelled: text = fmt::format("ended unmet; was due {}", due); break;
  }
  if (clock.extensions > 0) text += fmt::format(", extended {}x", clock.extensions);
  if (clock.escalated_to > 0) text += fmt::format(", escalated to level {}", clock.escalated_to);
  return text;
}

std::vector<std::string> ClockLines(const core::CaseState& state, const CaseSetting& setting, Instant now,
                                    const Output& out) {
  std::vector<std::vector<std::string>> rows;
  for (const core::ClockState& clock : state.clocks) {
    rows.push_back({"  " + clock.id.str(), ClockText(clock, setting, now)});
  }
  std::vector<std::string> lines = Align(rows);
  for (size_t i = 0; i < lines.size(); ++i) lines[i] = out.Paint(ColourOf(state.clocks[i], now), lines[i]);
  return lines;
}

std::vector<std::string> CaseLines(const views::CasePage& page, const CaseSetting& setting, Instant now,
                                   const Output& out) {
  const core::CaseState& state = page.state;
  std::vector<std::string> lines;
  lines.push_back(out.Paint(Colour::kBold, fmt::format("{}  {}", state.reference, Printable(state.title))));
  lines.push_back(Label("case", state.id.str()));
  lines.push_back(Label("workflow", state.definition.str()));
  lines.push_back(Label("tenant", state.tenant.str()));
  lines.push_back(Label("category", state.category.str()));
  lines.push_back(Label("status", fmt::format("{}, in stage '{}' since {}", core::CaseStatusName(state.status),
                                              state.stage.str(), LocalText(state.stage_entered_at, setting.calendar))));
  lines.push_back(Label("submitted", fmt::format("{}{}", LocalText(state.submitted_at, setting.calendar),
                                                 state.channel.empty() ? "" : " by " + state.channel)));
  if (state.received_at) lines.push_back(Label("received", LocalText(*state.received_at, setting.calendar)));
  lines.push_back(Label("held by", HeldByText(state.assignment, setting, now)));
  if (state.subject) lines.push_back(Label("subject", state.subject->str()));
  for (const std::string& line : FormLines(state.form)) lines.push_back(line);
  for (const core::Field& field : state.personal) {
    if (setting.show_personal) lines.push_back(Label("personal", PersonalText(field)));
  }
  if (!state.personal.empty() && !setting.show_personal) {
    lines.push_back(Label("personal", fmt::format("not shown: {}", PathsOf(state.personal))));
  }
  for (const core::CaseNumber& number : state.numbers) {
    lines.push_back(Label("number", fmt::format("{}: {}", Printable(number.register_id),
                                                number.number == 0 ? "asked for" : Printable(number.text))));
  }
  if (!state.referred_to.empty()) lines.push_back(Label("referred to", Printable(state.referred_to)));
  if (state.merging_into) lines.push_back(Label("merging into", state.merging_into->str()));
  if (state.merged_into) lines.push_back(Label("merged into", state.merged_into->str()));
  for (const core::CaseId& duplicate : state.duplicates) lines.push_back(Label("duplicate", duplicate.str()));
  lines.push_back(
      Label("exchanged", fmt::format("messages {} in, {} out; attachments {}; responses {}", state.messages_in,
                                     state.messages_out, state.attachments, state.responses)));
  if (state.rating > 0) lines.push_back(Label("rating", fmt::format("{} of 5", state.rating)));
  if (!state.IsLive()) lines.push_back(Label("historic", "imported; wall time does not apply yet"));
  lines.push_back(Label("revision", fmt::format("{}; partition {}; hash {}", state.revision.value, page.partition.value,
                                                ToHex(AsBytes(page.head)).substr(0, 16))));
  if (!state.clocks.empty()) lines.emplace_back("deadlines");
  for (std::string& line : ClockLines(state, setting, now, out)) lines.push_back(std::move(line));
  return lines;
}

nlohmann::ordered_json CaseJson(const views::CasePage& page, bool show_personal) {
  nlohmann::ordered_json json = codec::ToJson(page.state, {.show_personal = show_personal});
  json["partition"] = page.partition.value;
  json["head"] = ToHex(AsBytes(page.head));
  return json;
}

}  // namespace rasti::cli
