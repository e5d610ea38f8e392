#include "engine/codec/overrides_yaml.h"

#include <algorithm>

#include "engine/codec/yaml/rule_yaml.h"
#include "engine/codec/yaml/yaml_path.h"
#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

using core::expression::DidYouMean;
using core::expression::JoinNames;

class OverridesReader {
 public:
  explicit OverridesReader(Issues& issues) : reader_(issues) {}

  core::Overrides Read(const YamlNode& root) {
    if (!root.IsMap()) {
      reader_.WrongKind(root, "overrides", "keys with values");
      return std::move(made_);
    }
    const Part part(
        *this, root, "", "overrides",
        {"overrides", "tenant", "version", "clocks", "categories", "titles", "templates", "responses", "numbers"});
    if (const YamlNode* node = part.Required("overrides")) {
      made_.workflow = core::WorkflowId(Name(*node, "overrides: the name of a workflow"));
    }
    if (const YamlNode* node = part.Required("tenant")) made_.tenant = core::TenantId(Name(*node, "tenant"));
    if (const YamlNode* node = part.Required("version")) made_.version = ReadVersion(*node, reader_);
    part.Each("clocks", [&](const YamlEntry& entry, const std::string& path) {
      made_.clocks[core::ClockId(entry.key)] = ReadClock(entry.value, path);
    });
    part.Each("categories", [&](const YamlEntry& entry, const std::string& path) {
      made_.categories.push_back(ReadCategory(core::CategoryId(entry.key), entry.value, path));
    });
    if (const YamlNode* titles = part.Optional("titles")) ReadTitles(*titles);
    part.Each("responses", [&](const YamlEntry& entry, const std::string& path) {
      core::ResponseOverride& response = made_.responses[entry.key];
      const Part own(*this, entry.value, path, "a response", {"title", "text"});
      own.Title("title", response.title);
      own.Title("text", response.text);
    });
    part.Each("numbers", [&](const YamlEntry& entry, const std::string& path) {
      made_.numbers[entry.key] = reader_.Text(entry.value, path).value_or("");
    });
    part.Each("templates", [&](const YamlEntry& entry, const std::string& path) {
      made_.templates[entry.key] = ReadTexts(entry.value, path, reader_);
    });
    return std::move(made_);
  }

 private:
  // A map of which only some keys may be there: whatever else stands in it is not a tenant's to change.
  class Part {
   public:
    Part(OverridesReader& owner, const YamlNode& node, std::string path, std::string_view what,
         const std::vector<std::string_view>& keys)
        : owner_(owner), node_(node), path_(std::move(path)) {
      if (!node.IsMap()) owner_.reader_.WrongKind(node, path_, "keys with values");
      for (const YamlEntry& entry : node.entries) {
        if (std::ranges::find(keys, entry.key) != keys.end()) continue;
        std::string hint = DidYouMean(entry.key, keys);
        if (hint.empty()) hint = fmt::format("; of {} they have {}", what, JoinNames(keys));
        owner_.reader_.issues().Error(entry.mark,
                                      fmt::format("{}: not for overrides to change{}", Below(entry.key), hint));
      }
    }

    const YamlNode* Optional(std::string_view key) const {
      const YamlEntry* entry = node_.Find(key);
      return entry == nullptr || entry->value.IsNull() ? nullptr : &entry->value;
    }
    const YamlNode* Required(std::string_view key) const {
      const YamlNode* node = Optional(key);
      if (node == nullptr) owner_.reader_.issues().Error(node_.mark, fmt::format("overrides need the key '{}'", key));
      return node;
    }
    template <class Read>
    void Each(std::string_view key, const Read& read) const {
      const YamlNode* node = Optional(key);
      if (node == nullptr) return;
      if (!node->IsMap()) return owner_.reader_.WrongKind(*node, Below(key), "a value for each name");
      for (const YamlEntry& entry : node->entries) read(entry, fmt::format("{}.{}", Below(key), entry.key));
    }
    void Title(std::string_view key, std::optional<core::Texts>& title) const {
      if (const YamlNode* node = Optional(key)) title = ReadTexts(*node, Below(key), owner_.reader_);
    }
    std::string Below(std::string_view key) const {
      return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
    }

   private:
    OverridesReader& owner_;
    const YamlNode& node_;
    std::string path_;
  };

  std::string Name(const YamlNode& node, std::string_view what) {
    std::string name = reader_.Text(node, what).value_or("");
    if (!name.empty() && !IsPackageName(name)) {
      reader_.issues().Error(node.mark, fmt::format("'{}' is no name: lower-case letters, digits and '-'", name));
    }
    return name;
  }

  core::ClockOverride ReadClock(const YamlNode& node, const std::string& path) {
    core::ClockOverride clock;
    const Part part(*this, node, path, "a clock",
                    {"title", "due", "due_by_category", "warnings", "escalations", "extension"});
    part.Title("title", clock.title);
    if (const YamlNode* due = part.Optional("due")) clock.due = ReadRule(*due, part.Below("due"), reader_);
    part.Each("due_by_category", [&](const YamlEntry& entry, const std::string& below) {
      auto& rule = clock.due_by_category[core::CategoryId(entry.key)];
      const bool none = entry.value.IsScalar() && entry.value.text == "none";
      if (!none) rule = ReadRule(entry.value, below, reader_);
    });
    if (const YamlNode* warnings = part.Optional("warnings")) {
      clock.warnings.emplace();
      ReadList(*warnings, part.Below("warnings"), [&](const YamlNode& item, const std::string& below) {
        const Part warning(*this, item, below, "a warning", {"before"});
        if (const YamlNode* before = warning.Required("before")) {
          if (const auto offset = ReadOffset(*before, "before", reader_)) clock.warnings->push_back(*offset);
        }
      });
    }
    if (const YamlNode* escalations = part.Optional("escalations")) {
      ReadList(*escalations, part.Below("escalations"), [&](const YamlNode& item, const std::string& below) {
        const Part level(*this, item, below, "an escalation", {"level", "after"});
        const YamlNode* number = level.Required("level");
        const YamlNode* after = level.Required("after");
        if (number == nullptr || after == nullptr) return;
        const auto read = reader_.Integer(*number, "level");
        const auto offset = ReadOffset(*after, "after", reader_);
        constexpr int64_t kLevelMost = 100;
        if (read && offset)
          clock.escalations.emplace_back(static_cast<int>(std::clamp<int64_t>(*read, 0, kLevelMost)), *offset);
      });
    }
    if (const YamlNode* extension = part.Optional("extension")) {
      const Part own(*this, *extension, part.Below("extension"), "an extension", {"by"});
      if (const YamlNode* by = own.Required("by")) clock.extend_by = ReadRule(*by, own.Below("by"), reader_);
    }
    return clock;
  }

  template <class Read>
  void ReadList(const YamlNode& node, const std::string& path, const Read& read) {
    if (!node.IsList()) return reader_.WrongKind(node, path, "a list");
    for (size_t i = 0; i < node.items.size(); ++i) read(node.items[i], fmt::format("{}[{}]", path, i));
  }

  core::CategoryOverride ReadCategory(core::CategoryId id, const YamlNode& node, const std::string& path) {
    core::CategoryOverride category;
    category.id = std::move(id);
    const Part part(*this, node, path, "a category", {"title", "queue", "offered"});
    part.Title("title", category.title);
    if (const YamlNode* queue = part.Optional("queue")) {
      if (const auto name = reader_.Text(*queue, part.Below("queue"))) category.queue = core::QueueId(*name);
    }
    if (const YamlNode* offered = part.Optional("offered")) {
      category.offered = reader_.Bool(*offered, part.Below("offered"));
    }
    return category;
  }

  void ReadTitles(const YamlNode& node) {
    core::TitleOverrides& titles = made_.titles;
    const Part part(*this, node, "titles", "titles", {"workflow", "stages", "actions", "fields", "form"});
    part.Title("workflow", titles.workflow);
    part.Each("stages", [&](const YamlEntry& entry, const std::string& path) {
      titles.stages[core::StageId(entry.key)] = ReadTexts(entry.value, path, reader_);
    });
    part.Each("actions", [&](const YamlEntry& entry, const std::string& path) {
      titles.actions[core::ActionId(entry.key)] = ReadTexts(entry.value, path, reader_);
    });
    part.Each("fields", [&](const YamlEntry& entry, const std::string& path) {
      if (!entry.value.IsMap()) return reader_.WrongKind(entry.value, path, "a title for each field");
      for (const YamlEntry& field : entry.value.entries) {
        titles.fields[core::ActionId(entry.key)][field.key] =
            ReadTexts(field.value, fmt::format("{}.{}", path, field.key), reader_);
      }
    });
    part.Each("form", [&](const YamlEntry& entry, const std::string& path) {
      titles.form[entry.key] = ReadTexts(entry.value, path, reader_);
    });
  }

  YamlReader reader_;
  core::Overrides made_;
};

}  // namespace

std::optional<core::Overrides> ReadOverrides(std::string_view yaml, Issues& issues) {
  const auto root = ParseYaml(yaml, issues);
  if (!root) return std::nullopt;
  core::Overrides overrides = OverridesReader(issues).Read(*root);
  if (issues.HasErrors()) return std::nullopt;
  return overrides;
}

void CheckFit(std::string_view yaml, const core::Overrides& overrides, const core::Definition& base,
              const core::Tenant* tenant, Issues& issues) {
  Issues ignored(issues.file());
  const auto root = ParseYaml(yaml, ignored);
  const auto place = [&](std::string_view path) { return root ? PlaceOfKey(*root, path) : Mark{}; };
  for (const core::DefinitionIssue& issue : core::CheckOverrides(base, overrides)) {
    issues.Error(place(issue.path), fmt::format("{}: {}", issue.path, issue.message));
  }
  if (tenant == nullptr) return;
  for (const core::CategoryOverride& category : overrides.categories) {
    if (!category.queue || tenant->FindQueue(*category.queue) != nullptr) continue;
    std::vector<std::string_view> queues;
    for (const core::Queue& queue : tenant->queues) queues.push_back(queue.id.view());
    std::string hint = DidYouMean(category.queue->view(), queues);
    if (hint.empty()) hint = "; it has " + JoinNames(queues);
    const std::string path = fmt::format("categories[\"{}\"].queue", category.id.str());
    issues.Error(place(path),
                 fmt::format("{}: '{}' has no queue '{}'{}", path, tenant->id.str(), category.queue->str(), hint));
  }
}

}  // namespace rasti::codec
