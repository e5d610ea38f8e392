#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/yaml/definition_reader.h"
#include "engine/codec/yaml/rule_yaml.h"

namespace rasti::codec {

using core::ActionKind;
using core::FieldType;

namespace {

// Stand for what could not be read, so that the checks of the whole do not find it missing as well.
std::optional<core::expression::Expression> Always() {
  auto always = core::expression::Compile("true", core::expression::Environment{}, core::expression::Type::Bool());
  return always ? std::optional(*std::move(always)) : std::nullopt;
}

sla::Rule SomeRule() {
  sla::Rule rule = sla::DefaultRule(sla::Count::kWorkingDays);
  rule.number = 10'000;
  return rule;
}

}  // namespace

std::optional<core::expression::Expression> DefinitionReader::ReadGuard(const YamlNode& node, std::string_view what,
                                                                        const std::vector<core::ActionField>& fields) {
  return ReadCondition(node, what, core::GuardEnvironment(definition_.form, fields));
}

std::optional<core::expression::Expression> DefinitionReader::ReadCondition(
    const YamlNode& node, std::string_view what, const core::expression::Environment& environment) {
  const auto text = reader_.Text(node, what);
  if (!text || !form_is_known_) return Always();
  auto guard = core::expression::Compile(*text, environment, core::expression::Type::Bool());
  if (guard) return *std::move(guard);
  const auto& error = guard.error();
  reader_.issues().Error(PlaceInScalar(source_, node, error.line, error.column),
                         fmt::format("{}: {}", what, error.message));
  return Always();
}

core::ActionField DefinitionReader::ReadField(const YamlNode& node) {
  core::ActionField field;
  YamlMap map(node, "a field", reader_);
  if (const YamlNode* id = map.Required("id")) field.id = reader_.Text(*id, "the field's id").value_or("");
  if (const YamlNode* type = map.Optional("type")) {
    field.type = reader_
                     .Choice<FieldType>(*type, "type",
                                        {{"text", FieldType::kText},
                                         {"integer", FieldType::kInteger},
                                         {"number", FieldType::kNumber},
                                         {"boolean", FieldType::kBoolean},
                                         {"date", FieldType::kDate},
                                         {"choice", FieldType::kChoice}})
                     .value_or(FieldType::kText);
  }
  if (const YamlNode* required = map.Optional("required")) {
    field.required = reader_.Bool(*required, "required").value_or(false);
  }
  if (const YamlNode* shown = map.Optional("public")) field.is_public = reader_.Bool(*shown, "public").value_or(false);
  if (const YamlNode* choices = map.Optional("choices")) field.choices = reader_.Texts(*choices, "choices");
  field.title = Title(map, "the field's title");
  map.Finish();
  return field;
}

core::Action DefinitionReader::ReadAction(const YamlNode& node) {
  core::Action action;
  YamlMap map(node, "an action", reader_);
  if (const YamlNode* id = map.Required("id")) {
    action.id = core::ActionId(reader_.Text(*id, "the action's id").value_or(""));
  }
  action.title = Title(map, "the action's title");
  if (const YamlNode* kind = map.Optional("kind")) {
    action.kind = reader_
                      .Choice<ActionKind>(*kind, "kind",
                                          {{"transition", ActionKind::kTransition},
                                           {"respond", ActionKind::kRespond},
                                           {"close", ActionKind::kClose},
                                           {"reopen", ActionKind::kReopen},
                                           {"withdraw", ActionKind::kWithdraw},
                                           {"refer", ActionKind::kRefer}})
                      .value_or(ActionKind::kTransition);
  }
  if (const YamlNode* from = map.Required("from")) action.from = reader_.Ids<core::StageId>(*from, "from");
  if (const YamlNode* to = map.Optional("to")) {
    if (const auto stage = reader_.Text(*to, "to")) action.to = core::StageId(*stage);
  }
  if (const YamlNode* roles = map.Optional("roles")) action.roles = reader_.Ids<core::Role>(*roles, "roles");
  if (const YamlNode* not_by = map.Optional("not_by")) action.not_by = reader_.Ids<core::ActionId>(*not_by, "not_by");
  if (const YamlNode* fields = map.Optional("fields")) {
    reader_.List(*fields, "fields", [&](const YamlNode& field) { action.fields.push_back(ReadField(field)); });
  }
  if (const YamlNode* automatic = map.Optional("automatic")) {
    action.automatic = reader_.Bool(*automatic, "automatic").value_or(false);
  }
  if (const YamlNode* guard = map.Optional("guard")) action.guard = ReadGuard(*guard, "guard", action.fields);
  if (const YamlNode* reason = map.Optional("guard_reason")) {
    action.guard_reason = reader_.Text(*reason, "guard_reason").value_or("");
  }
  map.Finish();
  return action;
}

core::ClockTrigger DefinitionReader::ReadTrigger(const YamlNode& node, std::string_view what) {
  core::ClockTrigger trigger;
  if (node.IsScalar()) {
    if (node.text == "submitted") {
      trigger.submitted = true;
    } else if (node.text == "responded") {
      trigger.responded = true;
    } else if (node.text == "closed") {
      trigger.closed = true;
    } else {
      reader_.WrongName(node.mark, what, node.text,
                        {"submitted", "responded", "closed", "{stage: ...}", "{action: ...}"});
    }
    return trigger;
  }
  YamlMap map(node, what, reader_);
  if (const YamlNode* stage = map.Optional("stage")) {
    if (const auto id = reader_.Text(*stage, "stage")) trigger.stage = core::StageId(*id);
  }
  if (const YamlNode* action = map.Optional("action")) {
    if (const auto id = reader_.Text(*action, "action")) trigger.action = core::ActionId(*id);
  }
  map.Finish();
  return trigger;
}

void DefinitionReader::ReadDue(YamlMap& map, core::Clock& clock) {
  if (const YamlNode* due = map.Optional("due")) clock.due = ReadRule(*due, "due", reader_).value_or(SomeRule());
  const YamlNode* by_category = map.Optional("due_by_category");
  if (by_category == nullptr) return;
  if (!by_category->IsMap()) return reader_.WrongKind(*by_category, "due_by_category", "a rule for each category");
  for (const YamlEntry& entry : by_category->entries) {
    const core::CategoryId category(entry.key);
    if (entry.value.IsScalar() && entry.value.text == "none") {
      clock.due_by_category[category] = std::nullopt;
    } else {
      clock.due_by_category[category] = ReadRule(entry.value, "a rule", reader_).value_or(SomeRule());
    }
  }
}

core::EscalationLevel DefinitionReader::ReadEscalation(const YamlNode& node) {
  core::EscalationLevel level;
  YamlMap map(node, "an escalation", reader_);
  if (const YamlNode* number = map.Required("level")) {
    constexpr int64_t kLevelMost = 100;
    level.level = static_cast<int>(std::clamp<int64_t>(reader_.Integer(*number, "level").value_or(0), 0, kLevelMost));
  }
  if (const YamlNode* after = map.Required("after")) {
    level.after = ReadOffset(*after, "after", reader_).value_or(sla::Offset{});
  }
  if (const YamlNode* to = map.Required("to")) {
    YamlMap target(*to, "the escalation's target", reader_);
    if (const YamlNode* role = target.Required("role")) {
      level.to.role = core::Role(reader_.Text(*role, "role").value_or(""));
    }
    if (const YamlNode* tenant = target.Optional("tenant")) {
      if (const auto id = reader_.Text(*tenant, "tenant")) level.to.tenant = core::TenantId(*id);
    }
    target.Finish();
  }
  map.Finish();
  return level;
}

core::Extension DefinitionReader::ReadExtension(const YamlNode& node) {
  core::Extension extension;
  YamlMap map(node, "an extension", reader_);
  if (const YamlNode* most = map.Required("most")) {
    constexpr int64_t kBound = 1'000;
    extension.most = static_cast<int>(std::clamp<int64_t>(reader_.Integer(*most, "most").value_or(0), -1, kBound));
  }
  if (const YamlNode* by = map.Required("by")) {
    extension.by = ReadRule(*by, "by", reader_).value_or(SomeRule());
  }
  if (const YamlNode* bases = map.Required("legal_bases")) extension.legal_bases = reader_.Texts(*bases, "legal_bases");
  map.Finish();
  return extension;
}

core::Clock DefinitionReader::ReadClock(const YamlNode& node) {
  core::Clock clock;
  YamlMap map(node, "a clock", reader_);
  if (const YamlNode* id = map.Required("id"))
    clock.id = core::ClockId(reader_.Text(*id, "the clock's id").value_or(""));
  clock.title = Title(map, "the clock's title");
  if (const YamlNode* start = map.Required("start")) clock.start = ReadTrigger(*start, "start");
  if (const YamlNode* stop = map.Required("stop")) {
    reader_.List(*stop, "stop", [&](const YamlNode& item) { clock.stop.push_back(ReadTrigger(item, "stop")); });
  }
  if (const YamlNode* pause = map.Optional("pause_in")) clock.pause_in = reader_.Ids<core::StageId>(*pause, "pause_in");
  ReadDue(map, clock);
  if (const YamlNode* when = map.Optional("when")) clock.when = ReadGuard(*when, "when", {});
  if (const YamlNode* warnings = map.Optional("warnings")) {
    reader_.List(*warnings, "warnings", [&](const YamlNode& item) {
      YamlMap warning(item, "a warning", reader_);
      const YamlNode* before = warning.Required("before");
      const auto offset = before == nullptr ? std::nullopt : ReadOffset(*before, "before", reader_);
      warning.Finish();
      clock.warnings.push_back(offset.value_or(sla::Offset{}));
    });
  }
  if (const YamlNode* escalations = map.Optional("escalations")) {
    reader_.List(*escalations, "escalations",
                 [&](const YamlNode& item) { clock.escalations.push_back(ReadEscalation(item)); });
  }
  if (const YamlNode* extension = map.Optional("extension")) clock.extension = ReadExtension(*extension);
  map.Finish();
  return clock;
}

}  // namespace rasti::codec
