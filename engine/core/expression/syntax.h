// The syntax tree: what was written, before names and types are looked up.
//
// A plain value, made by the parser and read by the checker.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/core/expression/compile_error.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

enum class Operator {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
};

/// As written: "==", "in".
std::string_view OperatorText(Operator op);

struct Syntax {
  enum class Form {
    kLiteral,
    kName,
    kSelect,       // parts: the object
    kIndex,        // parts: the list, the index
    kCall,         // parts: the receiver where is_method, then the arguments
    kNot,          // parts: the operand
    kNegate,       // parts: the operand
    kBinary,       // parts: left, right
    kAnd,          // parts: two operands or more
    kOr,           // parts: two operands or more
    kConditional,  // parts: condition, then, else
    kList,         // parts: the elements
  };

  Form form = Form::kLiteral;
  Position position = {};          // of an operator where there is one, otherwise of the beginning
  Value literal = {};              // of kLiteral
  std::string name = {};           // of kName, kSelect, kCall
  Operator op = Operator::kEqual;  // of kBinary
  bool is_method = false;          // of kCall: x.f() rather than f(x)
  std::vector<Syntax> parts = {};
  int depth = 1;  // of the tree: 1 for a leaf
};

}  // namespace rasti::core::expression
