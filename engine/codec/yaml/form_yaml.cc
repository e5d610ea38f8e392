#include "engine/codec/yaml/form_yaml.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rasti::codec {
namespace {

using nlohmann::json;

json JsonFromScalar(const YamlNode& node) {
  if (node.quoted) return node.text;
  if (node.text == "true") return true;
  if (node.text == "false") return false;
  const char* begin = node.text.data();
  const char* end = begin + node.text.size();
  int64_t integer = 0;
  if (const auto parsed = std::from_chars(begin, end, integer); parsed.ec == std::errc() && parsed.ptr == end) {
    return integer;
  }
  double number = 0;
  if (const auto parsed = std::from_chars(begin, end, number);
      parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(number)) {
    return number;
  }
  return node.text;
}

std::string Unescaped(std::string_view step) {
  std::string name;
  for (size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size()) {
      name += step[++i] == '1' ? '/' : '~';
    } else {
      name += step[i];
    }
  }
  return name;
}

}  // namespace

json JsonFromYaml(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: return nullptr;
    case YamlNode::Kind::kScalar: return JsonFromScalar(node);
    case YamlNode::Kind::kList: {
      json list = json::array();
      for (const YamlNode& item : node.items) list.push_back(JsonFromYaml(item));
      return list;
    }
    case YamlNode::Kind::kMap: {
      json object = json::object();
      for (const YamlEntry& entry : node.entries) object[entry.key] = JsonFromYaml(entry.value);
      return object;
    }
  }
  return nullptr;
}

const YamlNode& NodeAtPointer(const YamlNode& root, std::string_view pointer) {
  const YamlNode* at = &root;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const std::string step = Unescaped(pointer.substr(0, pointer.find('/')));
    pointer.remove_prefix(std::min(pointer.size(), pointer.find('/')));
    if (const YamlEntry* entry = at->Find(step)) {
      at = &entry->value;
      continue;
    }
    size_t index = 0;
    const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
    if (!at->IsList() || parsed.ec != std::errc() || index >= at->items.size()) break;
    at = &at->items[index];
  }
  return *at;
}

std::optional<core::Form> ReadForm(const YamlNode& node, YamlReader& reader) {
  json schema = JsonFromYaml(node);
  const auto faults = core::Form::CheckSchema(schema);
  for (const core::FormIssue& fault : faults) {
    const std::string place = fault.path.empty() ? "form" : "form" + fault.path;
    reader.issues().Error(NodeAtPointer(node, fault.path).mark, fmt::format("{}: {}", place, fault.message));
  }
  if (!faults.empty()) return std::nullopt;
  auto form = core::Form::Create(std::move(schema));
  if (form) return *std::move(form);
  reader.issues().Error(node.mark, form.error().message);
  return std::nullopt;
}

}  // namespace rasti::codec
