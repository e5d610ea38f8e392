#include "engine/core/overrides.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/expression/names.h"

namespace rasti::core {
namespace {

constexpr char kJoin = '+';

std::string Quoted(std::string_view path, std::string_view id) { return fmt::format("{}[\"{}\"]", path, id); }

// One workflow in the making. Each theme a function; what has no place is an issue and is passed over.
class Materialiser {
 public:
  Materialiser(const Definition& base, const Overrides& overrides) : overrides_(overrides), made_{base, {}} {
    made_.definition.version = WithOverrides(base.version, overrides.tenant, overrides.version);
  }

  Materialised Make() && {
    // Before the clocks, whose deadlines may be those of a category that is added here.
    for (const CategoryOverride& category : overrides_.categories) Take(category);
    for (const auto& [id, clock] : overrides_.clocks) Take(id, clock);
    TakeTitles();
    for (const auto& [id, texts] : overrides_.templates) {
      const auto known = made_.definition.templates.find(id);
      if (known == made_.definition.templates.end()) {
        std::vector<std::string_view> ids;
        for (const auto& [name, ignored] : made_.definition.templates) ids.push_back(name);
        Lacks("templates." + id, "template", id, ids);
      } else {
        known->second = texts;
      }
    }
    TakeResponses();
    TakeNumbers();
    made_.definition.BuildIndex();
    return std::move(made_);
  }

 private:
  void Add(std::string path, std::string message) { made_.issues.push_back({std::move(path), std::move(message)}); }

  void Lacks(std::string path, std::string_view what, std::string_view id, const std::vector<std::string_view>& ids) {
    std::string hint = expression::DidYouMean(id, ids);
    constexpr size_t kNamesShownMost = 20;
    if (hint.empty() && ids.size() <= kNamesShownMost) hint = "; it has " + expression::JoinNames(ids);
    Add(std::move(path), fmt::format("{} has no {} '{}'{}", BaseName(), what, id, hint));
  }
  // The part of `list` with that id; nullptr and an issue where there is none.
  template <class List, class Id>
  auto* Find(List& list, const Id& id, std::string_view what, const std::string& path) {
    const auto found = std::ranges::find_if(list, [&](const auto& item) { return item.id == id; });
    if (found != list.end()) return &*found;
    std::vector<std::string_view> ids;
    for (const auto& item : list) ids.push_back(ViewOf(item.id));
    Lacks(path, what, ViewOf(id), ids);
    return static_cast<decltype(&*found)>(nullptr);
  }
  template <class Id>
  static std::string_view ViewOf(const Id& id) {
    if constexpr (requires { id.view(); }) {
      return id.view();
    } else {
      return id;
    }
  }

  std::string BaseName() const { return PartsOf(made_.definition.version).base.str(); }

  void Take(const CategoryOverride& own) {
    auto& categories = made_.definition.categories;
    auto known = std::ranges::find(categories, own.id, &Category::id);
    if (known == categories.end()) {
      if (!own.title) {
        return Add(Quoted("categories", own.id.view()),
                   fmt::format("{} has no category '{}'; one that is added needs a 'title'", BaseName(), own.id.str()));
      }
      known = categories.insert(categories.end(), Category{.id = own.id, .title = {}, .queue = {}});
    }
    if (own.title) known->title = *own.title;
    if (own.queue) known->queue = own.queue;
    if (own.offered) known->offered = *own.offered;
  }

  void Take(const ClockId& id, const ClockOverride& own) {
    const std::string path = "clocks." + id.str();
    Clock* clock = Find(made_.definition.clocks, id, "clock", path);
    if (clock == nullptr) return;
    if (own.title) clock->title = *own.title;
    if (own.due) clock->due = own.due;
    for (const auto& [category, rule] : own.due_by_category) {
      if (rule || clock->due) {
        clock->due_by_category[category] = rule;
      } else if (clock->due_by_category.erase(category) == 0) {
        Add(Quoted(path + ".due_by_category", category.view()),
            fmt::format("{} gives '{}' no such deadline that could be taken away", BaseName(), category.str()));
      }
    }
    if (own.warnings) clock->warnings = *own.warnings;
    for (const auto& [level, after] : own.escalations) {
      const auto known = std::ranges::find(clock->escalations, level, &EscalationLevel::level);
      if (known == clock->escalations.end()) {
        Add(path + ".escalations", fmt::format("the clock '{}' of {} has no level {}; it has {} of them", id.str(),
                                               BaseName(), level, clock->escalations.size()));
      } else {
        known->after = after;
      }
    }
    if (own.extend_by && clock->extension.most == 0) {
      Add(path + ".extension", fmt::format("{} allows no extension of the clock '{}'", BaseName(), id.str()));
    } else if (own.extend_by) {
      clock->extension.by = *own.extend_by;
    }
  }

  void TakeResponses() {
    for (const auto& [id, own] : overrides_.responses) {
      auto* response = Find(made_.definition.responses, id, "response", "responses." + id);
      if (response != nullptr && own.title) response->title = *own.title;
      if (response != nullptr && own.text) response->text = *own.text;
    }
  }

  void TakeNumbers() {
    for (const auto& [id, format] : overrides_.numbers) {
      auto& numbers = made_.definition.numbers;
      const auto known = std::ranges::find(numbers, id, &NumberRule::register_id);
      if (known == numbers.end()) {
        std::vector<std::string_view> ids;
        for (const NumberRule& rule : numbers) ids.push_back(rule.register_id);
        Lacks("numbers." + id, "number of a register", id, ids);
      } else {
        known->format = format;
      }
    }
  }

  void TakeTitles() {
    const TitleOverrides& titles = overrides_.titles;
    Definition& definition = made_.definition;
    if (titles.workflow) definition.title = *titles.workflow;
    for (const auto& [id, title] : titles.stages) {
      if (auto* stage = Find(definition.stages, id, "stage", "titles.stages." + id.str())) stage->title = title;
    }
    for (const auto& [id, title] : titles.actions) {
      if (auto* action = Find(definition.actions, id, "action", "titles.actions." + id.str())) action->title = title;
    }
    for (const auto& [id, fields] : titles.fields) {
      const std::string path = "titles.fields." + id.str();
      auto* action = Find(definition.actions, id, "action", path);
      if (action == nullptr) continue;
      for (const auto& [field, title] : fields) {
        if (auto* known = Find(action->fields, field, "field", path + "." + field)) known->title = title;
      }
    }
    if (!titles.form.empty()) TakeFormTitles();
  }

  void TakeFormTitles() {
    nlohmann::json schema = made_.definition.form.schema();
    for (const auto& [pointer, title] : overrides_.titles.form) {
      nlohmann::json* at = &schema;
      std::string_view rest = pointer;
      while (at != nullptr && rest.starts_with('/')) {
        rest.remove_prefix(1);
        const std::string name(rest.substr(0, rest.find('/')));
        rest.remove_prefix(name.size());
        const auto properties = at->find("properties");
        const bool known = properties != at->end() && properties->contains(name);
        at = known ? &(*properties)[name] : nullptr;
      }
      if (at == nullptr || !rest.empty() || pointer.empty()) {
        Add(Quoted("titles.form", pointer),
            fmt::format("the form of {} has no field '{}', as in /location/address", BaseName(), pointer));
        continue;
      }
      if (title.sq.empty() || title.sr_latn.empty() || title.en.empty()) {
        Add(Quoted("titles.form", pointer), "a title is wanted in sq, sr-Latn and en");
        continue;
      }
      (*at)["x-title"] = {{"sq", title.sq}, {"sr-Latn", title.sr_latn}, {"en", title.en}};
    }
    if (auto form = Form::Create(std::move(schema))) {
      made_.definition.form = *std::move(form);
    } else {
      Add("titles.form", form.error().message);
    }
  }

  const Overrides& overrides_;
  Materialised made_;
};

// The number of "clocks[3].due" and what stands before and behind it.
bool TakeIndex(std::string_view& path, std::string_view list, size_t* index) {
  if (!path.starts_with(list) || path.size() <= list.size() || path[list.size()] != '[') return false;
  const size_t end = path.find(']');
  if (end == std::string_view::npos) return false;
  size_t number = 0;
  for (const char c : path.substr(list.size() + 1, end - list.size() - 1)) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  *index = number;
  path.remove_prefix(end + 1);
  return true;
}

// Where in the overrides a fault of the whole workflow comes from.
std::string PathInOverrides(const Definition& definition, std::string_view path) {
  size_t i = 0;
  if (TakeIndex(path, "clocks", &i) && i < definition.clocks.size()) {
    std::string_view rest = path;
    // Lists have an order of their own there.
    if (const size_t list = rest.find('['); list != std::string_view::npos && !rest.substr(list).starts_with("[\"")) {
      rest = rest.substr(0, list);
    }
    return fmt::format("clocks.{}{}", definition.clocks[i].id.str(), rest);
  }
  if (TakeIndex(path, "categories", &i) && i < definition.categories.size()) {
    return fmt::format("{}{}", Quoted("categories", definition.categories[i].id.view()), path);
  }
  if (TakeIndex(path, "stages", &i) && i < definition.stages.size()) {
    return fmt::format("titles.stages.{}", definition.stages[i].id.str());
  }
  if (TakeIndex(path, "actions", &i) && i < definition.actions.size()) {
    const std::string& id = definition.actions[i].id.str();
    size_t field = 0;
    std::string_view rest = path.starts_with('.') ? path.substr(1) : path;
    if (TakeIndex(rest, "fields", &field) && field < definition.actions[i].fields.size()) {
      return fmt::format("titles.fields.{}.{}", id, definition.actions[i].fields[field].id);
    }
    return fmt::format("titles.actions.{}", id);
  }
  if (TakeIndex(path, "responses", &i) && i < definition.responses.size()) {
    return fmt::format("responses.{}{}", definition.responses[i].id, path);
  }
  if (TakeIndex(path, "numbers", &i) && i < definition.numbers.size()) {
    return fmt::format("numbers.{}", definition.numbers[i].register_id);
  }
  return path == "title" ? "titles.workflow" : std::string(path);
}

}  // namespace

std::string OverridesName(const WorkflowId& workflow, const TenantId& tenant) {
  return fmt::format("{}{}{}", workflow.view(), kJoin, tenant.view());
}

VersionedName WithOverrides(const VersionedName& base, const TenantId& tenant, std::string_view version) {
  return VersionedName(fmt::format("{}{}{}.{}", base.view(), kJoin, tenant.view(), version));
}

DefinitionName PartsOf(const VersionedName& versioned) {
  const std::string_view name = versioned.view();
  const size_t join = name.rfind(kJoin);
  if (join == std::string_view::npos) return {versioned, {}, {}};
  // A tenant's name has no dot, a version may have some.
  const std::string_view own = name.substr(join + 1);
  const size_t dot = std::min(own.find('.'), own.size());
  return {VersionedName(std::string(name.substr(0, join))), own.substr(0, dot),
          dot == own.size() ? std::string_view() : own.substr(dot + 1)};
}

Materialised Materialise(const Definition& base, const Overrides& overrides) {
  return Materialiser(base, overrides).Make();
}

std::vector<DefinitionIssue> CheckOverrides(const Definition& base, const Overrides& overrides) {
  Materialised made = Materialise(base, overrides);
  std::vector<DefinitionIssue> issues = std::move(made.issues);
  for (DefinitionIssue& issue : CheckDefinition(made.definition)) {
    issues.push_back({PathInOverrides(made.definition, issue.path), std::move(issue.message)});
  }
  return issues;
}

}  // namespace rasti::core
