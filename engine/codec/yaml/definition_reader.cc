#include "engine/codec/yaml/definition_reader.h"

#include "engine/codec/yaml/form_yaml.h"
#include "engine/codec/yaml/rule_yaml.h"

namespace rasti::codec {

core::Texts DefinitionReader::Title(YamlMap& map, std::string_view what) {
  const YamlNode* title = map.Required("title");
  return title == nullptr ? core::Texts{} : ReadTexts(*title, what, reader_);
}

void DefinitionReader::ReadRoles(const YamlNode& node) {
  reader_.List(node, "roles", [&](const YamlNode& item) {
    core::RoleDefinition& role = definition_.roles.emplace_back();
    YamlMap map(item, "a role", reader_);
    if (const YamlNode* id = map.Required("id")) role.id = core::Role(reader_.Text(*id, "the role's id").value_or(""));
    role.title = Title(map, "the role's title");
    if (const YamlNode* own = map.Optional("own_cases_only")) {
      role.own_cases_only = reader_.Bool(*own, "own_cases_only").value_or(false);
    }
    if (const YamlNode* in = map.Optional("in_directory")) {
      role.in_directory = reader_.Bool(*in, "in_directory").value_or(true);
    }
    map.Finish();
  });
}

void DefinitionReader::ReadCategories(const YamlNode& node) {
  reader_.List(node, "categories", [&](const YamlNode& item) {
    core::Category& category = definition_.categories.emplace_back();
    YamlMap map(item, "a category", reader_);
    if (const YamlNode* id = map.Required("id")) {
      category.id = core::CategoryId(reader_.Text(*id, "the category's id").value_or(""));
    }
    category.title = Title(map, "the category's title");
    if (const YamlNode* queue = map.Optional("queue")) {
      if (const auto id = reader_.Text(*queue, "queue")) category.queue = core::QueueId(*id);
    }
    if (const YamlNode* offered = map.Optional("offered")) {
      category.offered = reader_.Bool(*offered, "offered").value_or(true);
    }
    map.Finish();
  });
}

void DefinitionReader::ReadStages(const YamlNode& node) {
  reader_.List(node, "stages", [&](const YamlNode& item) {
    core::Stage& stage = definition_.stages.emplace_back();
    YamlMap map(item, "a stage", reader_);
    if (const YamlNode* id = map.Required("id")) {
      stage.id = core::StageId(reader_.Text(*id, "the stage's id").value_or(""));
    }
    stage.title = Title(map, "the stage's title");
    if (const YamlNode* initial = map.Optional("initial")) {
      stage.initial = reader_.Bool(*initial, "initial").value_or(true);
    }
    if (const YamlNode* closed = map.Optional("closed")) stage.closed = reader_.Bool(*closed, "closed").value_or(true);
    map.Finish();
  });
}

void DefinitionReader::ReadPermissions(const YamlNode& node) {
  YamlMap map(node, "permissions", reader_);
  for (int i = 0; i < core::kPermissionCount; ++i) {
    const std::string_view name = core::PermissionName(static_cast<core::Permission>(i));
    if (const YamlNode* roles = map.Optional(name)) {
      definition_.permissions[static_cast<size_t>(i)] = reader_.Ids<core::Role>(*roles, name);
    }
  }
  map.Finish();
}

void DefinitionReader::ReadNotifications(const YamlNode& node) {
  reader_.List(node, "notifications", [&](const YamlNode& item) {
    core::Notification& notification = definition_.notifications.emplace_back();
    YamlMap map(item, "a notification", reader_);
    if (const YamlNode* on = map.Required("on")) notification.on = reader_.Text(*on, "on").value_or("");
    if (const YamlNode* stage = map.Optional("stage")) {
      if (const auto id = reader_.Text(*stage, "stage")) notification.stage = core::StageId(*id);
    }
    if (const YamlNode* clock = map.Optional("clock")) {
      if (const auto id = reader_.Text(*clock, "clock")) notification.clock = core::ClockId(*id);
    }
    if (const YamlNode* id = map.Required("template")) {
      notification.template_id = reader_.Text(*id, "template").value_or("");
    }
    if (const YamlNode* to = map.Required("to")) {
      notification.to = reader_
                            .Choice<core::Recipient>(*to, "to",
                                                     {{"subject", core::Recipient::kSubject},
                                                      {"assignee", core::Recipient::kAssignee},
                                                      {"escalation", core::Recipient::kEscalation}})
                            .value_or(core::Recipient::kSubject);
    }
    map.Finish();
  });
}

void DefinitionReader::ReadTemplates(const YamlNode& node) {
  if (!node.IsMap()) return reader_.WrongKind(node, "templates", "a text in three languages for each name");
  for (const YamlEntry& entry : node.entries) {
    definition_.templates[entry.key] = ReadTexts(entry.value, "the template '" + entry.key + "'", reader_);
  }
}

void DefinitionReader::ReadNumbers(const YamlNode& node) {
  reader_.List(node, "numbers", [&](const YamlNode& item) {
    core::NumberRule& rule = definition_.numbers.emplace_back();
    YamlMap map(item, "a number", reader_);
    if (const YamlNode* id = map.Required("register")) rule.register_id = reader_.Text(*id, "register").value_or("");
    rule.title = Title(map, "the number's title");
    if (const YamlNode* when = map.Required("when")) rule.when = ReadTrigger(*when, "when");
    if (const YamlNode* format = map.Required("format")) rule.format = reader_.Text(*format, "format").value_or("");
    if (const YamlNode* anew = map.Optional("begins_anew")) {
      rule.yearly = reader_.Choice<bool>(*anew, "begins_anew", {{"yearly", true}, {"never", false}}).value_or(true);
    }
    map.Finish();
  });
}

core::ActionId DefinitionReader::OnlyRespondingAction(const YamlNode& node) {
  std::vector<std::string_view> ids;
  for (const core::Action& action : definition_.actions) {
    if (action.kind == core::ActionKind::kRespond) ids.push_back(action.id.view());
  }
  if (ids.size() == 1) return core::ActionId(std::string(ids.front()));
  reader_.issues().Error(node.mark, ids.empty() ? "responses: no action of 'kind: respond' sends any"
                                                : "a response needs the key 'action' where several actions respond");
  return {};
}

void DefinitionReader::ReadResponses(const YamlNode& node) {
  reader_.List(node, "responses", [&](const YamlNode& item) {
    core::ResponseTemplate& response = definition_.responses.emplace_back();
    YamlMap map(item, "a response", reader_);
    if (const YamlNode* id = map.Required("id")) response.id = reader_.Text(*id, "the response's id").value_or("");
    response.title = Title(map, "the response's title");
    if (const YamlNode* action = map.Optional("action")) {
      response.action = core::ActionId(reader_.Text(*action, "action").value_or(""));
    } else {
      response.action = OnlyRespondingAction(item);
    }
    if (const YamlNode* categories = map.Optional("categories")) {
      response.categories = reader_.Ids<core::CategoryId>(*categories, "categories");
    }
    if (const YamlNode* fields = map.Optional("fields")) {
      if (!fields->IsMap()) reader_.WrongKind(*fields, "fields", "a value for each field");
      for (const YamlEntry& entry : fields->entries) {
        response.fields[entry.key] = reader_.Text(entry.value, "fields." + entry.key).value_or("");
      }
    }
    if (const YamlNode* asks = map.Optional("asks")) {
      if (!asks->IsMap()) reader_.WrongKind(*asks, "asks", "a title in three languages for each name");
      for (const YamlEntry& entry : asks->entries) {
        response.asks[entry.key] = ReadTexts(entry.value, "asks." + entry.key, reader_);
      }
    }
    if (const YamlNode* text = map.Required("text")) response.text = ReadTexts(*text, "the response's text", reader_);
    map.Finish();
  });
}

void DefinitionReader::ReadPublic(const YamlNode& node) {
  core::PublicRegister& shown = definition_.public_register.emplace();
  YamlMap map(node, "public", reader_);
  if (const YamlNode* title = map.Optional("title")) shown.title = reader_.Bool(*title, "title").value_or(false);
  if (const YamlNode* form = map.Optional("form")) shown.form = reader_.Texts(*form, "form");
  if (const YamlNode* hidden = map.Optional("hidden_in")) {
    shown.hidden_in = reader_.Ids<core::StageId>(*hidden, "hidden_in");
  }
  if (const YamlNode* when = map.Optional("when")) {
    shown.when = ReadCondition(*when, "when", core::PublicEnvironment(definition_.form));
  }
  map.Finish();
}

core::Definition DefinitionReader::Read(const YamlNode& root) {
  YamlMap map(root, "a workflow", reader_);
  std::string id;
  if (const YamlNode* workflow = map.Required("workflow")) id = reader_.Text(*workflow, "workflow").value_or("");
  definition_.id = core::WorkflowId(id);
  std::string version;
  if (const YamlNode* node = map.Required("version")) version = ReadVersion(*node, reader_);
  definition_.version = core::MakeVersionedName(id, version);
  definition_.title = Title(map, "the workflow's title");
  if (const YamlNode* roles = map.Required("roles")) ReadRoles(*roles);
  if (const YamlNode* categories = map.Required("categories")) ReadCategories(*categories);
  if (const YamlNode* channels = map.Required("channels")) definition_.channels = reader_.Texts(*channels, "channels");
  // Before the guards, which read the form.
  if (const YamlNode* form = map.Optional("form")) {
    if (auto read = ReadForm(*form, reader_)) {
      definition_.form = *std::move(read);
    } else {
      form_is_known_ = false;
    }
  }
  if (const YamlNode* stages = map.Required("stages")) ReadStages(*stages);
  if (const YamlNode* actions = map.Required("actions")) {
    reader_.List(*actions, "actions", [&](const YamlNode& item) { definition_.actions.push_back(ReadAction(item)); });
  }
  if (const YamlNode* clocks = map.Optional("clocks")) {
    reader_.List(*clocks, "clocks", [&](const YamlNode& item) { definition_.clocks.push_back(ReadClock(item)); });
  }
  if (const YamlNode* permissions = map.Required("permissions")) ReadPermissions(*permissions);
  if (const YamlNode* notifications = map.Optional("notifications")) ReadNotifications(*notifications);
  if (const YamlNode* templates = map.Optional("templates")) ReadTemplates(*templates);
  if (const YamlNode* numbers = map.Optional("numbers")) ReadNumbers(*numbers);
  if (const YamlNode* responses = map.Optional("responses")) ReadResponses(*responses);
  if (const YamlNode* shown = map.Optional("public")) ReadPublic(*shown);
  if (const YamlNode* timeout = map.Optional("merge_timeout")) {
    definition_.merge_timeout = reader_.Length(*timeout, "merge_timeout").value_or(definition_.merge_timeout);
  }
  map.Finish();
  definition_.BuildIndex();
  return std::move(definition_);
}

}  // namespace rasti::codec
