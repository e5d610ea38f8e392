#include "engine/core/expression/program.h"

namespace rasti::core::expression {

std::string NameOf(const Node& node) {
  switch (node.op) {
    case Node::Op::kVariable:
    case Node::Op::kLocal: return "'" + node.name + "'";
    case Node::Op::kSelect: {
      const std::string owner = NameOf(node.parts.front());
      // Quotes end where a name goes on.
      return owner.ends_with('\'') ? owner.substr(0, owner.size() - 1) + "." + node.name + "'" : "'." + node.name + "'";
    }
    case Node::Op::kIndex: {
      const std::string owner = NameOf(node.parts.front());
      return owner.ends_with('\'') ? owner.substr(0, owner.size() - 1) + "[...]'" : "the element";
    }
    case Node::Op::kConstant:
    case Node::Op::kHas:
    case Node::Op::kCall:
    case Node::Op::kMatches:
    case Node::Op::kNot:
    case Node::Op::kNegate:
    case Node::Op::kArithmetic:
    case Node::Op::kCompare:
    case Node::Op::kEquality:
    case Node::Op::kIn:
    case Node::Op::kAnd:
    case Node::Op::kOr:
    case Node::Op::kConditional:
    case Node::Op::kList:
    case Node::Op::kAll:
    case Node::Op::kExists:
    case Node::Op::kExistsOne: break;
  }
  return "the value";
}

}  // namespace rasti::core::expression
