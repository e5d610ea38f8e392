#include "engine/codec/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "engine/codec/yaml/form_yaml.h"
#include "engine/codec/yaml/yaml_reader.h"
#include "engine/core/decide.h"
#include "engine/core/event.h"

namespace rasti::codec {
namespace {

using Verb = ScenarioVerb;

// The keys of a verb that hold a text. What is no text is read by name in ReadVerb.
struct VerbKeys {
  Verb verb;
  std::vector<std::string_view> required;
  std::vector<std::string_view> optional;
};

const VerbKeys& KeysOf(Verb verb) {
  static const std::vector<VerbKeys> all = {
      {Verb::kNothing, {}, {}},
      {Verb::kSubmit, {"category", "title"}, {"channel", "tenant"}},
      {Verb::kAct, {"action"}, {"note"}},
      {Verb::kAssign, {}, {"reason"}},
      {Verb::kRelease, {}, {"reason"}},
      {Verb::kMessage, {"text"}, {"direction"}},
      {Verb::kAttach, {"name"}, {"direction"}},
      {Verb::kExtend, {"clock", "legal_basis"}, {"reason"}},
      {Verb::kPause, {}, {"clock", "reason"}},
      {Verb::kResume, {}, {"clock", "reason"}},
      {Verb::kReopen, {}, {"reason"}},
      {Verb::kMerge, {"into"}, {"reason"}},
      {Verb::kRefer, {"to"}, {"reason"}},
      {Verb::kWithdraw, {}, {"reason"}},
      {Verb::kRate, {}, {"comment"}},
      {Verb::kCorrect, {}, {"category", "title", "reason"}},
      {Verb::kMigrate, {"to_version"}, {"stage", "reason"}},
  };
  return *std::ranges::find(all, verb, &VerbKeys::verb);
}

constexpr std::array<std::string_view, 6> kCounts = {"responses",   "messages_in", "messages_out",
                                                     "attachments", "reopened",    "rating"};

class ScenarioReader {
 public:
  ScenarioReader(const core::Definition& definition, Issues& issues) : issues_(issues), reader_(issues) {
    for (const core::Stage& stage : definition.stages) stages_.push_back(stage.id.view());
    for (const core::Clock& clock : definition.clocks) clocks_.push_back(clock.id.view());
    for (const core::Category& category : definition.categories) categories_.push_back(category.id.view());
  }

  Scenario Read(const YamlNode& root) {
    YamlMap map(root, "a scenario", reader_);
    if (const YamlNode* title = map.Required("scenario")) scenario_.title = Text(*title, "scenario");
    if (const YamlNode* given = map.Required("given")) ReadGiven(*given);
    now_ = scenario_.begins_at;
    if (const YamlNode* steps = map.Required("steps")) {
      reader_.List(*steps, "steps", [&](const YamlNode& step) { ReadStep(step); });
      if (steps->IsList() && steps->items.empty()) issues_.Error(steps->mark, "a scenario has at least one step");
    }
    map.Finish();
    return std::move(scenario_);
  }

 private:
  std::string Text(const YamlNode& node, std::string_view what) { return reader_.Text(node, what).value_or(""); }

  std::optional<Instant> Time(const YamlNode& node, std::string_view what) {
    const auto text = reader_.Text(node, what);
    if (!text) return std::nullopt;
    auto instant = ParseInstant(*text);
    if (instant) return *instant;
    issues_.Error(node.mark, fmt::format("{}: {}", what, instant.error().message));
    return std::nullopt;
  }

  // A name that the workflow must know.
  std::string Name(const YamlNode& node, std::string_view what, const std::vector<std::string_view>& known) {
    const auto text = reader_.Text(node, what);
    if (!text) return "";
    if (std::ranges::find(known, *text) == known.end()) reader_.WrongName(node.mark, what, *text, known);
    return *text;
  }

  // A case that was submitted before.
  std::string KnownCase(const YamlNode& node, std::string_view what) {
    const auto name = reader_.Text(node, what);
    if (!name) return "";
    if (!cases_.contains(*name)) {
      reader_.WrongName(node.mark, what, *name, {cases_.begin(), cases_.end()});
    }
    return *name;
  }

  void ReadGiven(const YamlNode& node) {
    YamlMap map(node, "given", reader_);
    if (const YamlNode* at = map.Required("at")) scenario_.begins_at = Time(*at, "at").value_or(Instant{});
    if (const YamlNode* tenant = map.Required("tenant")) {
      scenario_.tenant = Text(*tenant, "tenant");
      scenario_.tenant_mark = tenant->mark;
    }
    map.Finish();
  }

  void ReadStep(const YamlNode& node) {
    ScenarioStep step;
    step.mark = node.mark;
    YamlMap map(node, "a step", reader_);
    if (const YamlNode* at = map.Optional("at")) {
      step.at = Time(*at, "at");
      if (step.at && *step.at < now_) {
        issues_.Error(at->mark, fmt::format("at: the story stands at {} by then, and time does not go back",
                                            FormatInstant(now_)));
      }
      if (step.at) now_ = *step.at;
    }
    if (const YamlNode* when = map.Optional("when")) {
      step.verb = ReadVerbName(*when);
      ReadWho(map, step);
      ReadVerb(map, step);
    }
    ReadCase(map, step);
    if (const YamlNode* then = map.Optional("then")) ReadThen(*then, step);
    map.Finish();
    if (map.IsMap() && step.verb == Verb::kNothing && !step.at && step.then.empty()) {
      issues_.Error(node.mark, "a step has 'at', 'when' or 'then'");
    }
    scenario_.steps.push_back(std::move(step));
  }

  Verb ReadVerbName(const YamlNode& node) {
    return reader_
        .Choice<Verb>(node, "when",
                      {{"submit", Verb::kSubmit},
                       {"act", Verb::kAct},
                       {"assign", Verb::kAssign},
                       {"release", Verb::kRelease},
                       {"message", Verb::kMessage},
                       {"attach", Verb::kAttach},
                       {"extend", Verb::kExtend},
                       {"pause", Verb::kPause},
                       {"resume", Verb::kResume},
                       {"reopen", Verb::kReopen},
                       {"merge", Verb::kMerge},
                       {"refer", Verb::kRefer},
                       {"withdraw", Verb::kWithdraw},
                       {"rate", Verb::kRate},
                       {"correct", Verb::kCorrect},
                       {"migrate", Verb::kMigrate}})
        .value_or(Verb::kNothing);
  }

  void ReadWho(YamlMap& map, ScenarioStep& step) {
    if (const YamlNode* as = map.Required("as")) step.as = Text(*as, "as");
    if (const YamlNode* role = map.Optional("role")) step.role = Text(*role, "role");
    if (const YamlNode* at = map.Optional("occurred_at")) step.occurred_at = Time(*at, "occurred_at");
  }

  void ReadVerb(YamlMap& map, ScenarioStep& step) {
    const VerbKeys& keys = KeysOf(step.verb);
    for (const std::string_view key : keys.required) {
      if (const YamlNode* value = map.Required(key)) ReadText(*value, key, step);
    }
    for (const std::string_view key : keys.optional) {
      if (const YamlNode* value = map.Optional(key)) ReadText(*value, key, step);
    }
    if (step.verb == Verb::kSubmit || step.verb == Verb::kCorrect) {
      if (const YamlNode* form = map.Optional("form")) step.values = Object(*form, "form");
    }
    if (step.verb == Verb::kSubmit) {
      if (const YamlNode* at = map.Optional("received_at")) step.received_at = Time(*at, "received_at");
      if (const YamlNode* flag = map.Optional("anonymous")) {
        step.anonymous = reader_.Bool(*flag, "anonymous").value_or(false);
      }
    }
    if (step.verb == Verb::kAct) {
      if (const YamlNode* fields = map.Optional("fields")) step.values = Object(*fields, "fields");
    }
    if (step.verb == Verb::kAssign) {
      if (const YamlNode* to = map.Required("to")) step.to = ReadHolder(*to, "to");
    }
    if (step.verb == Verb::kRate) {
      if (const YamlNode* score = map.Required("score")) step.score = reader_.Integer(*score, "score").value_or(0);
    }
  }

  void ReadText(const YamlNode& value, std::string_view key, ScenarioStep& step) {
    std::string text;
    // What the workflow does not know is refused by the engine, which a step may be about; so only what is surely a
    // slip is found here.
    if (key == "into") {
      text = KnownCase(value, key);
    } else if (key == "direction") {
      text = Name(value, key, {"from_citizen", "to_citizen"});
    } else {
      text = Text(value, key);
    }
    step.texts.emplace(key, std::move(text));
  }

  nlohmann::json Object(const YamlNode& node, std::string_view what) {
    if (node.IsMap()) return JsonFromYaml(node);
    reader_.WrongKind(node, what, "keys with values");
    return nlohmann::json::object();
  }

  void ReadCase(YamlMap& map, ScenarioStep& step) {
    const YamlNode* name = map.Optional("case");
    if (step.verb == Verb::kSubmit) {
      step.case_name = name != nullptr ? Text(*name, "case") : "case";
      if (!cases_.insert(step.case_name).second) {
        issues_.Error(name != nullptr ? name->mark : step.mark,
                      fmt::format("a case named '{}' was submitted before: name this one with 'case'", step.case_name));
      }
      return;
    }
    if (name != nullptr) {
      step.case_name = KnownCase(*name, "case");
    } else if (cases_.size() == 1) {
      step.case_name = *cases_.begin();
    } else if (step.verb != Verb::kNothing) {
      issues_.Error(step.mark, cases_.empty() ? std::string("no case was submitted by then")
                                              : std::string("say which case with 'case': there are several by then"));
    }
  }

  void ReadThen(const YamlNode& node, ScenarioStep& step) {
    if (node.IsList()) {
      for (const YamlNode& item : node.items) ReadExpectation(item, step);
    } else {
      ReadExpectation(node, step);
    }
  }

  void ReadExpectation(const YamlNode& node, ScenarioStep& step) {
    ScenarioExpectation expected;
    expected.mark = node.mark;
    YamlMap map(node, "'then'", reader_);
    if (const YamlNode* rejected = map.Optional("rejected")) ReadRejected(*rejected, step);
    expected.case_name = step.case_name;
    if (const YamlNode* name = map.Optional("case")) expected.case_name = KnownCase(*name, "case");
    if (const YamlNode* stage = map.Optional("stage")) expected.stage = core::StageId(Name(*stage, "stage", stages_));
    if (const YamlNode* status = map.Optional("status")) expected.status = Status(*status);
    if (const YamlNode* category = map.Optional("category")) {
      expected.category = core::CategoryId(Name(*category, "category", categories_));
    }
    if (const YamlNode* title = map.Optional("title")) expected.title = Text(*title, "title");
    if (const YamlNode* holder = map.Optional("held_by")) expected.held_by = ReadHolder(*holder, "held_by");
    if (const YamlNode* clocks = map.Optional("clocks")) ReadClocks(*clocks, expected);
    if (const YamlNode* events = map.Optional("events")) expected.events = EventTypes(*events, "events");
    if (const YamlNode* events = map.Optional("no_events")) expected.no_events = EventTypes(*events, "no_events");
    if (const YamlNode* form = map.Optional("form")) expected.form = Object(*form, "form");
    for (const std::string_view count : kCounts) {
      if (const YamlNode* value = map.Optional(count)) {
        expected.counts.emplace_back(count, reader_.Integer(*value, count).value_or(0));
      }
    }
    if (const YamlNode* into = map.Optional("merged_into")) expected.merged_into = KnownCase(*into, "merged_into");
    if (const YamlNode* duplicates = map.Optional("duplicates")) {
      std::vector<std::string>& names = expected.duplicates.emplace();
      reader_.List(*duplicates, "duplicates",
                   [&](const YamlNode& name) { names.push_back(KnownCase(name, "duplicates")); });
    }
    map.Finish();
    expected.says_anything = std::ranges::any_of(
        node.entries, [](const YamlEntry& entry) { return entry.key != "case" && entry.key != "rejected"; });
    if (expected.case_name.empty() && expected.says_anything) issues_.Error(node.mark, "say which case with 'case'");
    step.then.push_back(std::move(expected));
  }

  void ReadRejected(const YamlNode& node, ScenarioStep& step) {
    const YamlNode* code = &node;
    std::optional<YamlMap> map;
    if (node.IsMap()) {
      map.emplace(node, "rejected", reader_);
      code = map->Required("code");
      if (const YamlNode* field = map->Optional("field")) step.rejected_field = Text(*field, "field");
      map->Finish();
    }
    if (code == nullptr) return;
    step.rejected = Text(*code, "rejected");
    if (step.verb == Verb::kNothing) issues_.Error(node.mark, "rejected: nobody does anything in this step ('when')");
    if (!step.rejected->empty() && !core::ParseRejectionCode(*step.rejected)) {
      issues_.Error(code->mark, fmt::format("rejected: there is no code '{}', as in 'wrong_stage' or 'guard_false'",
                                            *step.rejected));
    }
  }

  core::CaseStatus Status(const YamlNode& node) {
    std::vector<std::string_view> known;
    for (int i = 0; i < core::kCaseStatusCount; ++i) {
      known.push_back(core::CaseStatusName(static_cast<core::CaseStatus>(i)));
      if (node.text == known.back()) return static_cast<core::CaseStatus>(i);
    }
    Name(node, "status", known);
    return core::CaseStatus::kOpen;
  }

  std::optional<core::ClockStatus> ClockStatus(const YamlNode& node) {
    std::vector<std::string_view> known;
    for (int i = 0; i < core::kClockStatusCount; ++i) {
      known.push_back(core::ClockStatusName(static_cast<core::ClockStatus>(i)));
      if (node.text == known.back()) return static_cast<core::ClockStatus>(i);
    }
    Name(node, "status", known);
    return std::nullopt;
  }

  ScenarioHolder ReadHolder(const YamlNode& node, std::string_view what) {
    ScenarioHolder holder;
    if (node.IsScalar()) {
      holder.nobody = node.text == "nobody" && what == "held_by";
      if (!holder.nobody) reader_.WrongKind(node, what, "{person, queue, directorate, tenant}");
      return holder;
    }
    YamlMap map(node, what, reader_);
    for (const auto& [key, member] : {std::pair("person", &ScenarioHolder::person),
                                      {"queue", &ScenarioHolder::queue},
                                      {"directorate", &ScenarioHolder::directorate},
                                      {"tenant", &ScenarioHolder::tenant}}) {
      if (const YamlNode* name = map.Optional(key)) holder.*member = Text(*name, key);
    }
    map.Finish();
    return holder;
  }

  void ReadClocks(const YamlNode& node, ScenarioExpectation& expected) {
    if (!node.IsMap()) return reader_.WrongKind(node, "clocks", "clocks by their ids");
    for (const YamlEntry& entry : node.entries) {
      ExpectedClock& clock = expected.clocks.emplace_back();
      clock.id = core::ClockId(entry.key);
      clock.mark = entry.mark;
      if (std::ranges::find(clocks_, entry.key) == clocks_.end()) {
        reader_.WrongName(entry.mark, "clocks", entry.key, clocks_);
      }
      if (entry.value.IsScalar() && entry.value.text == "none") {
        clock.none = true;
        continue;
      }
      YamlMap map(entry.value, "a clock", reader_);
      if (const YamlNode* status = map.Optional("status")) clock.status = ClockStatus(*status);
      if (const YamlNode* due = map.Optional("due")) clock.due = Time(*due, "due");
      if (const YamlNode* flag = map.Optional("on_time")) clock.on_time = reader_.Bool(*flag, "on_time");
      if (const YamlNode* flag = map.Optional("breached")) clock.breached = reader_.Bool(*flag, "breached");
      if (const YamlNode* level = map.Optional("level")) clock.level = reader_.Integer(*level, "level");
      if (const YamlNode* times = map.Optional("extensions")) clock.extensions = reader_.Integer(*times, "extensions");
      map.Finish();
    }
  }

  std::vector<std::string> EventTypes(const YamlNode& node, std::string_view what) {
    std::vector<std::string> types;
    reader_.List(node, what, [&](const YamlNode& item) { types.push_back(Name(item, what, core::EventTypeNames())); });
    return types;
  }

  Issues& issues_;
  YamlReader reader_;
  Scenario scenario_;
  Instant now_;
  std::set<std::string, std::less<>> cases_;
  std::vector<std::string_view> stages_;
  std::vector<std::string_view> clocks_;
  std::vector<std::string_view> categories_;
};

}  // namespace

std::optional<Scenario> ReadScenario(std::string_view yaml, const core::Definition& definition, Issues& issues) {
  const auto root = ParseYaml(yaml, issues);
  if (!root) return std::nullopt;
  Scenario scenario = ScenarioReader(definition, issues).Read(*root);
  if (issues.HasErrors()) return std::nullopt;
  return scenario;
}

}  // namespace rasti::codec
