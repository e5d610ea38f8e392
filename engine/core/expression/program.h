// The checked tree: names are indices, overloads and patterns are found, types are known. What evaluating walks.
//
// Made by the checker, never changed afterwards; thread-safe.
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/core/expression/compile_error.h"
#include "engine/core/expression/expression.h"
#include "engine/core/expression/functions.h"
#include "engine/core/expression/syntax.h"
#include "engine/core/expression/type.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

struct Node {
  enum class Op {
    kConstant,
    kVariable,     // slot: in Program::variables
    kLocal,        // slot: of a macro's variable
    kSelect,       // parts: the object
    kHas,          // parts: the object
    kIndex,        // parts: the list, the index
    kCall,         // parts: the arguments
    kMatches,      // parts: the text; pattern is the constant pattern
    kNot,          // parts: the operand
    kNegate,       // parts: the operand
    kArithmetic,   // parts: left, right
    kCompare,      // parts: left, right
    kEquality,     // parts: left, right; == and !=
    kIn,           // parts: the element, the list
    kAnd,          // parts: the operands
    kOr,           // parts: the operands
    kConditional,  // parts: condition, then, else
    kList,         // parts: the elements
    kAll,          // parts: the list, the test; slot: of the macro's variable
    kExists,       // as kAll
    kExistsOne,    // as kAll
  };

  Op op = Op::kConstant;
  Position position = {};
  Type type = {};
  Value constant = {};
  std::string name = {};  // of kVariable, kLocal, kSelect, kHas, kCall
  size_t slot = 0;
  Operator binary = Operator::kEqual;
  bool is_method = false;                    // of kCall
  std::span<const Overload> overloads = {};  // of kCall
  std::shared_ptr<const RE2> pattern = nullptr;
  std::vector<Node> parts = {};
};

/// How a node would be named to someone who wrote it: "form.address.street", "the value" where it has no name.
std::string NameOf(const Node& node);

struct Expression::Program {
  struct Variable {
    std::string name;
    size_t index;  // in the environment
  };

  std::string source;
  std::vector<Variable> variables;  // those mentioned, each once
  Type wanted;                      // of the whole
  size_t locals = 0;                // macro variables alive at once, at most
  Node root;
};

}  // namespace rasti::core::expression
