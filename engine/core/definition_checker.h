// The consistency checks of a definition, one file a theme. Used by definition_check*.cc only.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/definition.h"

namespace rasti::core {

class DefinitionChecker {
 public:
  explicit DefinitionChecker(const Definition& definition) : definition_(definition) {}

  std::vector<DefinitionIssue> Run() &&;

 private:
  // definition_check.cc
  /// False where there is more of something than is looked at.
  bool CheckSizes();
  void CheckHead();
  void CheckRoles();
  void CheckCategories();
  void CheckPermissions();
  void CheckNotifications();
  // definition_check_responses.cc
  void CheckResponses();
  void CheckResponseFields(const ResponseTemplate& response, const std::string& path);
  void CheckResponseText(const ResponseTemplate& response, const std::string& path);
  // definition_check_numbers.cc
  void CheckNumbers();
  // definition_check_public.cc
  void CheckPublicRegister();
  void CheckPublicField(const std::string& pointer, const std::string& path);
  // definition_check_flow.cc
  void CheckStages();
  void CheckActions();
  void CheckAction(const Action& action, const std::string& path);
  void CheckFields(const Action& action, const std::string& path);
  void CheckNotBy(const Action& action, const std::string& path);
  void CheckAutomatic(const Action& action, const std::string& path);
  void CheckKind(const Action& action, const std::string& path);
  void CheckAmbiguousActions();
  void CheckReachability();
  // definition_check_clocks.cc
  void CheckClocks();
  void CheckTrigger(const ClockTrigger& trigger, const std::string& path);
  void CheckStops(const Clock& clock, const std::string& path);
  void CheckDue(const Clock& clock, const std::string& path);
  void CheckRule(const sla::Rule& rule, const std::string& path);
  void CheckOffset(const sla::Offset& offset, const std::string& path);
  void CheckWarnings(const Clock& clock, const std::string& path);
  void CheckEscalations(const Clock& clock, const std::string& path);
  void CheckExtension(const Clock& clock, const std::string& path);

  void Add(std::string path, std::string message) { issues_.push_back({std::move(path), std::move(message)}); }
  void CheckTexts(const Texts& texts, const std::string& path);
  /// An identifier: lower-case letters, digits, '_' and '-', beginning with a letter.
  void CheckId(std::string_view id, const std::string& path);
  /// "no stage 'x', did you mean 'y'?" where `name` is not among the names.
  void CheckKnown(std::string_view what, std::string_view name, const std::vector<std::string_view>& names,
                  const std::string& path);
  void CheckRoleList(const std::vector<Role>& roles, const std::string& path);
  void CheckStageName(const StageId& stage, const std::string& path);

  /// The stages that actions can lead to from these, themselves included.
  std::set<StageId> ReachableFrom(std::set<StageId> stages) const;
  /// The stages in which a case is when the trigger happens.
  std::set<StageId> StagesAfter(const ClockTrigger& trigger) const;

  template <class List>
  void CheckUnique(std::string_view what, const List& list, const std::string& path) {
    std::set<std::string_view> seen;
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string_view id = IdOf(list[i]);
      if (!seen.insert(id).second) {
        Add(path + "[" + std::to_string(i) + "]",
            "the " + std::string(what) + " '" + std::string(id) + "' stands twice");
      }
    }
  }
  template <class List>
  static std::vector<std::string_view> IdsOf(const List& list) {
    std::vector<std::string_view> ids;
    for (const auto& item : list) ids.push_back(IdOf(item));
    return ids;
  }
  template <class T>
  static std::string_view IdOf(const T& item) {
    if constexpr (requires { item.id.view(); }) {
      return item.id.view();
    } else if constexpr (requires { item.id; }) {
      return item.id;
    } else if constexpr (requires { item.view(); }) {
      return item.view();
    } else {
      return item;
    }
  }

  const Definition& definition_;
  std::vector<DefinitionIssue> issues_;
};

/// A text's {{ and }} in pairs, so that a broken template is not found when the first message is due.
bool BracesMatch(std::string_view text);
/// path + "[" + i + "]".
std::string Indexed(std::string_view path, size_t i);

}  // namespace rasti::core
