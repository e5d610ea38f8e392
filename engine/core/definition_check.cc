#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "engine/core/definition_checker.h"
#include "engine/core/event.h"
#include "engine/core/expression/names.h"
#include "engine/core/register_number.h"

namespace rasti::core {
namespace {

constexpr size_t kIdBytesMost = 64;
constexpr size_t kCategoryBytesMost = 128;

// Far above what anybody writes by hand, and low enough for checks that look at every pair.
constexpr size_t kPartsMost = 500;
constexpr size_t kCategoriesMost = 10'000;
// Beyond this many issues names that might have been meant are no longer looked for.
constexpr size_t kHintsMost = 200;

// What someone who only acts on their own cases must not be given: it decides about others, or about time.
constexpr std::array kNotForOwnCases = {Permission::kAssign,   Permission::kRelease, Permission::kExtend,
                                        Permission::kPause,    Permission::kMerge,   Permission::kMigrate,
                                        Permission::kBackDate, Permission::kImport};

bool IsAbout(std::string_view event, std::string_view kind) { return event.starts_with(kind); }

bool IsAboutClock(std::string_view event) {
  return IsAbout(event, "clock_") || IsAbout(event, "deadline_") || event == "case_escalated";
}

}  // namespace

bool BracesMatch(std::string_view text) {
  for (;;) {
    const size_t open = text.find("{{");
    const size_t close = text.find("}}");
    if (open == std::string_view::npos) return close == std::string_view::npos;
    if (close == std::string_view::npos || close < open) return false;
    if (text.substr(open + 2, close - open - 2).find("{{") != std::string_view::npos) return false;
    text.remove_prefix(close + 2);
    while (text.starts_with('}')) text.remove_prefix(1);  // {{{name}}}
  }
}

std::string Indexed(std::string_view path, size_t i) { return fmt::format("{}[{}]", path, i); }

void DefinitionChecker::CheckTexts(const Texts& texts, const std::string& path) {
  std::vector<std::string_view> missing;
  if (texts.sq.empty()) missing.emplace_back("sq");
  if (texts.sr_latn.empty()) missing.emplace_back("sr-Latn");
  if (texts.en.empty()) missing.emplace_back("en");
  if (!missing.empty()) Add(path, fmt::format("no text in {}", expression::JoinNames(missing)));
}

void DefinitionChecker::CheckId(std::string_view id, const std::string& path) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool right =
      !id.empty() && id.size() <= kIdBytesMost && is_letter(id.front()) &&
      std::ranges::all_of(id, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
  if (!right) {
    Add(path, fmt::format("'{}' is no name: lower-case letters, digits, _ and -, beginning with a letter, at most {}",
                          id, kIdBytesMost));
  }
}

void DefinitionChecker::CheckKnown(std::string_view what, std::string_view name,
                                   const std::vector<std::string_view>& names, const std::string& path) {
  if (std::ranges::find(names, name) != names.end()) return;
  if (issues_.size() >= kHintsMost) return Add(path, fmt::format("no {} '{}'", what, name));
  std::string hint = expression::DidYouMean(name, names);
  constexpr size_t kNamesShownMost = 20;
  if (hint.empty() && names.size() <= kNamesShownMost) hint = "; there are " + expression::JoinNames(names);
  Add(path, fmt::format("no {} '{}'{}", what, name, hint));
}

void DefinitionChecker::CheckRoleList(const std::vector<Role>& roles, const std::string& path) {
  const auto known = IdsOf(definition_.roles);
  for (size_t i = 0; i < roles.size(); ++i) CheckKnown("role", roles[i].view(), known, Indexed(path, i));
  CheckUnique("role", roles, path);
}

void DefinitionChecker::CheckStageName(const StageId& stage, const std::string& path) {
  CheckKnown("stage", stage.view(), IdsOf(definition_.stages), path);
}

bool DefinitionChecker::CheckSizes() {
  const auto check = [&](const char* path, size_t size, size_t most) {
    if (size > most) Add(path, fmt::format("{} of them; {} are allowed", size, most));
  };
  check("roles", definition_.roles.size(), kPartsMost);
  check("categories", definition_.categories.size(), kCategoriesMost);
  check("channels", definition_.channels.size(), kPartsMost);
  check("stages", definition_.stages.size(), kPartsMost);
  check("actions", definition_.actions.size(), kPartsMost);
  check("clocks", definition_.clocks.size(), kPartsMost);
  check("notifications", definition_.notifications.size(), kPartsMost);
  check("numbers", definition_.numbers.size(), kPartsMost);
  check("responses", definition_.responses.size(), kPartsMost);
  return issues_.empty();
}

void DefinitionChecker::CheckHead() {
  CheckId(definition_.id.view(), "workflow");
  if (NameOf(definition_.version) != definition_.id.view() || VersionOf(definition_.version).empty()) {
    Add("version",
        fmt::format("the version is written '{}@...', not '{}'", definition_.id.str(), definition_.version.str()));
  }
  if (definition_.id == RegisterDefinition().id) Add("workflow", "the name 'register' is the engine's own");
  CheckTexts(definition_.title, "title");
  if (definition_.channels.empty())
    Add("channels", "no channel: a submission names the one it came by, as in [portal]");
  CheckUnique("channel", definition_.channels, "channels");
  for (size_t i = 0; i < definition_.channels.size(); ++i) CheckId(definition_.channels[i], Indexed("channels", i));
  if (definition_.merge_timeout <= Duration{0}) Add("merge_timeout", "must be longer than nothing, as in PT24H");
}

void DefinitionChecker::CheckRoles() {
  if (definition_.roles.empty()) Add("roles", "no role: nobody could submit a case");
  CheckUnique("role", definition_.roles, "roles");
  for (size_t i = 0; i < definition_.roles.size(); ++i) {
    const RoleDefinition& role = definition_.roles[i];
    CheckId(role.id.view(), Indexed("roles", i) + ".id");
    CheckTexts(role.title, Indexed("roles", i) + ".title");
    if (role.own_cases_only && role.in_directory) {
      Add(Indexed("roles", i),
          fmt::format("'{}' acts on its own cases only, so it stands in no directory: in_directory: false",
                      role.id.str()));
    }
  }
}

void DefinitionChecker::CheckCategories() {
  if (definition_.categories.empty()) Add("categories", "no category: a submission names one");
  CheckUnique("category", definition_.categories, "categories");
  for (size_t i = 0; i < definition_.categories.size(); ++i) {
    const Category& category = definition_.categories[i];
    // Any text is a category's id: imported cases keep the names of their source.
    const bool printable =
        std::ranges::none_of(category.id.view(), [](char c) { return static_cast<uint8_t>(c) < 0x20; });
    if (category.id.empty() || category.id.view().size() > kCategoryBytesMost || !printable) {
      Add(Indexed("categories", i) + ".id",
          fmt::format("a category's id has 1 to {} bytes and no control characters", kCategoryBytesMost));
    }
    CheckTexts(category.title, Indexed("categories", i) + ".title");
    if (category.queue) CheckId(category.queue->view(), Indexed("categories", i) + ".queue");
  }
  if (!definition_.categories.empty() && std::ranges::none_of(definition_.categories, &Category::offered)) {
    Add("categories", "none of them is offered, so no case could be opened");
  }
}

void DefinitionChecker::CheckPermissions() {
  for (size_t i = 0; i < definition_.permissions.size(); ++i) {
    const auto& roles = definition_.permissions[i];
    const std::string path = fmt::format("permissions.{}", PermissionName(static_cast<Permission>(i)));
    CheckRoleList(roles, path);
  }
  if (definition_.permissions[static_cast<size_t>(Permission::kSubmit)].empty()) {
    Add("permissions.submit", "no role may submit, so no case would ever be opened");
  }
  for (const Permission permission : kNotForOwnCases) {
    const auto& roles = definition_.permissions[static_cast<size_t>(permission)];
    for (size_t i = 0; i < roles.size(); ++i) {
      const RoleDefinition* role = definition_.FindRole(roles[i]);
      if (role == nullptr || !role->own_cases_only) continue;
      Add(Indexed(fmt::format("permissions.{}", PermissionName(permission)), i),
          fmt::format("'{}' acts on its own cases only and can't be given this", role->id.str()));
    }
  }
}

void DefinitionChecker::CheckNotifications() {
  const std::vector<std::string_view>& events = EventTypeNames();
  std::vector<std::string_view> templates;
  for (const auto& [id, texts] : definition_.templates) templates.push_back(id);
  std::set<std::string_view> used;

  for (size_t i = 0; i < definition_.notifications.size(); ++i) {
    const Notification& notification = definition_.notifications[i];
    const std::string path = Indexed("notifications", i);
    CheckKnown("event", notification.on, events, path + ".on");
    if (notification.on == "delivery_recorded") {
      Add(path + ".on", "the outcome of a message sends no message in turn, or it would never end");
    }
    if (notification.stage) {
      CheckStageName(*notification.stage, path + ".stage");
      if (notification.on != "stage_entered") Add(path + ".stage", "goes with 'on: stage_entered' only");
    }
    if (notification.clock) {
      CheckKnown("clock", notification.clock->view(), IdsOf(definition_.clocks), path + ".clock");
      if (!IsAboutClock(notification.on))
        Add(path + ".clock", "goes with events of clocks only, as in 'on: deadline_warned'");
    }
    CheckKnown("template", notification.template_id, templates, path + ".template");
    used.insert(notification.template_id);
    if (notification.to == Recipient::kEscalation && notification.on != "case_escalated") {
      Add(path + ".to", "'escalation' is who a case was escalated to: it goes with 'on: case_escalated' only");
    }
  }
  for (const auto& [id, texts] : definition_.templates) {
    const std::string path = "templates." + id;
    CheckId(id, path);
    CheckTexts(texts, path);
    if (!used.contains(id)) Add(path, fmt::format("no notification uses the template '{}'", id));
    for (const auto& [language, text] : {std::pair("sq", &texts.sq), {"sr-Latn", &texts.sr_latn}, {"en", &texts.en}}) {
      if (!BracesMatch(*text)) Add(fmt::format("{}.{}", path, language), "the {{ and }} do not match");
    }
  }
}

std::vector<DefinitionIssue> DefinitionChecker::Run() && {
  if (!CheckSizes()) return std::move(issues_);
  CheckHead();
  CheckRoles();
  CheckCategories();
  CheckStages();
  CheckActions();
  CheckReachability();
  CheckClocks();
  CheckPermissions();
  CheckNotifications();
  CheckNumbers();
  CheckResponses();
  CheckPublicRegister();
  return std::move(issues_);
}

std::vector<DefinitionIssue> CheckDefinition(const Definition& definition) {
  return DefinitionChecker(definition).Run();
}

}  // namespace rasti::core
