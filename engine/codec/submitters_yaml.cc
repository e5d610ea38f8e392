#include "engine/codec/submitters_yaml.h"

#include <fmt/format.h>

#include <set>

#include "engine/codec/yaml/yaml_reader.h"
#include "engine/core/command.h"

namespace rasti::codec {
namespace {

class SubmittersReader {
 public:
  explicit SubmittersReader(Issues& issues) : issues_(issues), reader_(issues) {}

  std::vector<SubmitterEntry> Read(const YamlNode& root) {
    YamlMap map(root, "the list of submitters", reader_);
    std::vector<SubmitterEntry> entries;
    if (const YamlNode* list = map.Required("submitters")) {
      reader_.List(*list, "submitters", [&](const YamlNode& item) { entries.push_back(Entry(item)); });
    }
    map.Finish();
    return entries;
  }

 private:
  SubmitterEntry Entry(const YamlNode& node) {
    YamlMap map(node, "a submitter", reader_);
    SubmitterEntry entry;
    if (const YamlNode* id = map.Required("id")) {
      entry.id = core::SubmitterId(reader_.Text(*id, "id").value_or(""));
      if (!ids_.insert(entry.id.str()).second) {
        issues_.Error(id->mark, fmt::format("there are two submitters '{}'", entry.id.str()));
      }
    }
    if (const YamlNode* keys = map.Required("keys")) {
      std::set<std::string> key_ids;
      reader_.List(*keys, "keys", [&](const YamlNode& item) { entry.keys.push_back(Key(item, key_ids)); });
      if (keys->IsList() && keys->items.empty()) issues_.Error(keys->mark, "a submitter has at least one key");
    }
    if (const YamlNode* tenants = map.Optional("tenants")) {
      entry.tenants = reader_.Ids<core::TenantId>(*tenants, "tenants");
      // An empty list would mean all.
      if (entry.tenants.empty())
        issues_.Error(tenants->mark, "name at least one tenant, or leave `tenants` out for all");
    }
    if (const YamlNode* roles = map.Optional("roles")) {
      entry.roles = reader_.Ids<core::Role>(*roles, "roles");
      if (entry.roles.empty()) issues_.Error(roles->mark, "name at least one role, or leave `roles` out for all");
      for (const core::Role& role : entry.roles) {
        if (role == core::SystemActor().role) issues_.Error(roles->mark, "only the engine speaks as 'system'");
      }
    }
    map.Finish();
    return entry;
  }

  SubmitterKey Key(const YamlNode& node, std::set<std::string>& ids) {
    YamlMap map(node, "a key", reader_);
    SubmitterKey key;
    if (const YamlNode* id = map.Required("id")) {
      key.id = reader_.Text(*id, "id").value_or("");
      if (!ids.insert(key.id).second) issues_.Error(id->mark, fmt::format("there are two keys '{}'", key.id));
    }
    if (const YamlNode* file = map.Required("file")) key.file = reader_.Text(*file, "file").value_or("");
    if (const YamlNode* retired = map.Optional("retired")) {
      key.retired = reader_.Bool(*retired, "retired").value_or(false);
    }
    map.Finish();
    return key;
  }

  Issues& issues_;
  YamlReader reader_;
  std::set<std::string> ids_;
};

}  // namespace

std::optional<std::vector<SubmitterEntry>> ReadSubmitters(std::string_view yaml, Issues& issues) {
  const auto root = ParseYaml(yaml, issues);
  if (!root) return std::nullopt;
  auto entries = SubmittersReader(issues).Read(*root);
  if (issues.HasErrors()) return std::nullopt;
  return entries;
}

}  // namespace rasti::codec
