// The numbers of registers that a definition asks for.
#include <fmt/format.h>

#include "engine/core/definition_checker.h"
#include "engine/core/register_number.h"

namespace rasti::core {

void DefinitionChecker::CheckNumbers() {
  const auto& numbers = definition_.numbers;
  std::set<std::string_view> seen;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const NumberRule& rule = numbers[i];
    const std::string path = Indexed("numbers", i);
    CheckId(rule.register_id, path + ".register");
    CheckTexts(rule.title, path + ".title");
    CheckTrigger(rule.when, path + ".when");
    if (const auto why = WhyNoFormat(rule.format, rule.yearly)) Add(path + ".format", *why);
    if (!seen.insert(rule.register_id).second) {
      Add(path + ".register", fmt::format("a case gets one number of the register '{}'", rule.register_id));
    }
  }
}

}  // namespace rasti::core
