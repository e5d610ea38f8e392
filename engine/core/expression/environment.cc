#include "engine/core/expression/environment.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/core/expression/names.h"

namespace rasti::core::expression {

Environment::Environment(std::initializer_list<Variable> variables) {
  for (const Variable& variable : variables) Declare(variable.name, variable.type);
}

size_t Environment::Declare(std::string name, Type type) {
  RASTI_CHECK(IsIdentifier(name) && !IsReserved(name), "a variable's name is a CEL identifier");
  RASTI_CHECK(!Find(name), "a variable is declared once");
  variables_.push_back({std::move(name), std::move(type)});
  return variables_.size() - 1;
}

std::optional<size_t> Environment::Find(std::string_view name) const {
  for (size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace rasti::core::expression
