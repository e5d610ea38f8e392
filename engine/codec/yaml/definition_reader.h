// Reads the parts of workflow.yaml. Used by definition_yaml.cc only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/yaml/yaml_reader.h"
#include "engine/core/definition.h"

namespace rasti::codec {

class DefinitionReader {
 public:
  DefinitionReader(std::string_view source, Issues& issues) : source_(source), reader_(issues) {}

  core::Definition Read(const YamlNode& root);

 private:
  // yaml/definition_reader.cc
  void ReadRoles(const YamlNode& node);
  void ReadCategories(const YamlNode& node);
  void ReadStages(const YamlNode& node);
  void ReadPermissions(const YamlNode& node);
  void ReadNotifications(const YamlNode& node);
  void ReadTemplates(const YamlNode& node);
  void ReadNumbers(const YamlNode& node);
  void ReadResponses(const YamlNode& node);
  core::ActionId OnlyRespondingAction(const YamlNode& node);
  void ReadPublic(const YamlNode& node);
  core::Texts Title(YamlMap& map, std::string_view what);
  // yaml/flow_yaml.cc
  core::Action ReadAction(const YamlNode& node);
  core::ActionField ReadField(const YamlNode& node);
  core::Clock ReadClock(const YamlNode& node);
  core::ClockTrigger ReadTrigger(const YamlNode& node, std::string_view what);
  void ReadDue(YamlMap& map, core::Clock& clock);
  core::EscalationLevel ReadEscalation(const YamlNode& node);
  core::Extension ReadExtension(const YamlNode& node);
  /// Compiles a guard; its faults are placed within the scalar.
  std::optional<core::expression::Expression> ReadGuard(const YamlNode& node, std::string_view what,
                                                        const std::vector<core::ActionField>& fields);
  std::optional<core::expression::Expression> ReadCondition(const YamlNode& node, std::string_view what,
                                                            const core::expression::Environment& environment);

  std::string_view source_;
  YamlReader reader_;
  core::Definition definition_;
  /// False where the form has faults: guards can't be judged then.
  bool form_is_known_ = true;
};

}  // namespace rasti::codec
