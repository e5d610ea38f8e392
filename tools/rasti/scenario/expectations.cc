#include "tools/rasti/scenario/expectations.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/rasti/people.h"

namespace rasti::cli {
namespace {

class Comparison {
 public:
  Comparison(const CaseSeen& seen, const NameOfCase& name_of) : seen_(seen), state_(*seen.state), name_of_(name_of) {}

  std::vector<Disagreement> Of(const codec::ScenarioExpectation& expected) {
    mark_ = expected.mark;
    if (expected.stage) Expect("stage", expected.stage->str(), state_.stage.str());
    if (expected.status) {
      Expect("status", std::string(core::CaseStatusName(*expected.status)),
             std::string(core::CaseStatusName(state_.status)));
    }
    if (expected.category) Expect("category", expected.category->str(), state_.category.str());
    if (expected.title) Expect("title", *expected.title, state_.title);
    if (expected.held_by) Holder(*expected.held_by);
    for (const codec::ExpectedClock& clock : expected.clocks) Clock(clock);
    mark_ = expected.mark;
    Events(expected.events);
    for (const std::string& type : expected.no_events) {
      if (std::ranges::find(seen_.events, type) != seen_.events.end()) {
        Add(fmt::format("there was an event '{}' since the step before", type));
      }
    }
    Form(expected.form);
    for (const auto& [name, count] : expected.counts) Expect(name, std::to_string(count), std::to_string(Count(name)));
    if (expected.merged_into) {
      Expect("merged_into", *expected.merged_into, state_.merged_into ? name_of_(*state_.merged_into) : "nothing");
    }
    if (expected.duplicates) Duplicates(*expected.duplicates);
    return std::move(found_);
  }

 private:
  void Add(std::string message) { found_.push_back({mark_, std::move(message)}); }

  void Expect(std::string_view what, const std::string& wanted, const std::string& is) {
    if (wanted != is) Add(fmt::format("{}: expected {}, is {}", what, wanted, is.empty() ? "nothing" : is));
  }

  std::string Time(Instant at) const { return LocalText(at, seen_.setting->calendar); }

  void Holder(const codec::ScenarioHolder& wanted) {
    const core::Assignment& holder = state_.assignment;
    if (wanted.nobody) {
      if (!holder.IsNobody()) Expect("held_by", "nobody", HolderText(holder, *seen_.setting));
      return;
    }
    const auto part = [&](std::string_view what, const std::optional<std::string>& name, const auto& is) {
      if (name) Expect(fmt::format("held_by {}", what), *name, is ? is->str() : "");
    };
    part("queue", wanted.queue, holder.queue);
    part("directorate", wanted.directorate, holder.directorate);
    part("tenant", wanted.tenant, holder.tenant);
    if (wanted.person) {
      Expect("held_by person", *wanted.person,
             holder.person ? NameOfActor(*holder.person, seen_.setting->tenant, seen_.setting->overseer) : "");
    }
  }

  void Clock(const codec::ExpectedClock& wanted) {
    mark_ = wanted.mark;
    const core::ClockState* clock = state_.FindClock(wanted.id);
    const std::string what = fmt::format("clock {}", wanted.id.str());
    if (clock == nullptr) {
      if (!wanted.none) Add(fmt::format("{}: the case has no such clock", what));
      return;
    }
    if (wanted.none) {
      return Add(fmt::format("{}: expected none, is {}, due {}", what, core::ClockStatusName(clock->status),
                             Time(clock->plan.due_at)));
    }
    if (wanted.status) {
      Expect(what, std::string(core::ClockStatusName(*wanted.status)),
             std::string(core::ClockStatusName(clock->status)));
    }
    if (wanted.due) Expect(what + " due", Time(*wanted.due), Time(clock->plan.due_at));
    if (wanted.on_time) Expect(what + " on time", YesNo(*wanted.on_time), YesNo(clock->MetOnTime()));
    if (wanted.breached) Expect(what + " breached", YesNo(*wanted.breached), YesNo(clock->breached));
    if (wanted.level) Expect(what + " level", std::to_string(*wanted.level), std::to_string(clock->escalated_to));
    if (wanted.extensions) {
      Expect(what + " extensions", std::to_string(*wanted.extensions), std::to_string(clock->extensions));
    }
  }

  void Events(const std::vector<std::string>& wanted) {
    auto from = seen_.events.begin();
    for (const std::string& type : wanted) {
      const auto at = std::find(from, seen_.events.end(), type);
      if (at == seen_.events.end()) {
        return Add(fmt::format("events: expected {}, was {}", fmt::join(wanted, ", "),
                               seen_.events.empty() ? "nothing" : fmt::format("{}", fmt::join(seen_.events, ", "))));
      }
      from = at + 1;
    }
  }

  void Form(const nlohmann::json& wanted) {
    if (wanted.empty()) return;
    const auto form = nlohmann::json::parse(state_.form, nullptr, false);
    for (const auto& [name, value] : wanted.items()) {
      const auto at = form.is_object() ? form.find(name) : form.end();
      const bool has = form.is_object() && at != form.end();
      if (!has || *at != value) {
        Add(fmt::format("form {}: expected {}, is {}", name, value.dump(), has ? at->dump() : "not there"));
      }
    }
  }

  int64_t Count(std::string_view name) const {
    if (name == "responses") return state_.responses;
    if (name == "messages_in") return state_.messages_in;
    if (name == "messages_out") return state_.messages_out;
    if (name == "attachments") return state_.attachments;
    if (name == "reopened") return state_.reopened;
    return state_.rating;
  }

  void Duplicates(std::vector<std::string> wanted) {
    std::vector<std::string> are;
    for (const core::CaseId& id : state_.duplicates) are.push_back(name_of_(id));
    std::ranges::sort(wanted);
    std::ranges::sort(are);
    Expect("duplicates", fmt::format("{}", fmt::join(wanted, ", ")), fmt::format("{}", fmt::join(are, ", ")));
  }

  static std::string YesNo(bool value) { return value ? "yes" : "no"; }

  const CaseSeen& seen_;
  const core::CaseState& state_;
  const NameOfCase& name_of_;
  codec::Mark mark_;
  std::vector<Disagreement> found_;
};

}  // namespace

std::vector<Disagreement> Compare(const codec::ScenarioExpectation& expected, const CaseSeen& seen,
                                  const NameOfCase& name_of) {
  return Comparison(seen, name_of).Of(expected);
}

}  // namespace rasti::cli
