#include "engine/core/expression/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/result.h"
#include "engine/core/expression/checks.h"

namespace rasti::core::expression {
namespace {

using Form = Syntax::Form;
using Op = Node::Op;

class Checker {
 public:
  explicit Checker(const Environment& environment) : environment_(environment) {}

  tl::expected<Expression::Program, CompileError> Run(const Syntax& syntax, const Type& wanted) {
    RASTI_TRY(program_.root, Check(syntax));
    const Type& type = program_.root.type;
    if (!Assignable(type, wanted)) {
      return FailCompile(syntax.position, fmt::format("the expression gives '{}' where '{}' is wanted", type.ToString(),
                                                      wanted.ToString()));
    }
    if (type.HoldsPersonal()) {
      return FailCompile(syntax.position, ReadsPersonal(fmt::format("the value, {}, holds it", NameOf(program_.root))));
    }
    program_.wanted = wanted;
    return std::move(program_);
  }

 private:
  struct Local {
    std::string name;
    Type type;
  };

  Checked Check(const Syntax& syntax) {
    switch (syntax.form) {
      case Form::kLiteral: return CheckLiteral(syntax);
      case Form::kName: return CheckName(syntax);
      case Form::kSelect: return CheckSelect(syntax, Op::kSelect);
      case Form::kIndex: return CheckIndex(syntax);
      case Form::kCall: return CheckCall(syntax);
      case Form::kNot: return CheckBools(syntax, Op::kNot, "!");
      case Form::kNegate: return CheckNegate(syntax);
      case Form::kBinary: return CheckOperands(syntax);
      case Form::kAnd: return CheckBools(syntax, Op::kAnd, "&&");
      case Form::kOr: return CheckBools(syntax, Op::kOr, "||");
      case Form::kConditional: return CheckConditional(syntax);
      case Form::kList: return CheckList(syntax);
    }
    return FailCompile(syntax.position, "an unknown form");
  }

  tl::expected<std::vector<Node>, CompileError> CheckParts(const Syntax& syntax) {
    std::vector<Node> parts;
    parts.reserve(syntax.parts.size());
    for (const Syntax& part : syntax.parts) {
      RASTI_TRY(Node node, Check(part));
      parts.push_back(std::move(node));
    }
    return parts;
  }

  Checked CheckLiteral(const Syntax& syntax) {
    Node node{.op = Op::kConstant, .position = syntax.position, .constant = syntax.literal};
    switch (syntax.literal.kind()) {
      case Kind::kBool: node.type = Type::Bool(); break;
      case Kind::kInt: node.type = Type::Int(); break;
      case Kind::kDouble: node.type = Type::Double(); break;
      case Kind::kString: node.type = Type::String(); break;
      case Kind::kNull:
      case Kind::kTimestamp:
      case Kind::kDuration:
      case Kind::kList:
      case Kind::kObject:
      case Kind::kDyn: node.type = Type::Null(); break;
    }
    return node;
  }

  Checked CheckName(const Syntax& syntax) {
    for (size_t slot = locals_.size(); slot-- > 0;) {
      if (locals_[slot].name != syntax.name) continue;
      Node node = MakeNode(Op::kLocal, syntax, locals_[slot].type, {});
      node.slot = slot;
      return node;
    }
    const auto index = environment_.Find(syntax.name);
    if (!index) return FailCompile(syntax.position, UnknownVariable(syntax.name));
    Node node = MakeNode(Op::kVariable, syntax, environment_.variables()[*index].type, {});
    auto& variables = program_.variables;
    const auto known = std::find_if(variables.begin(), variables.end(),
                                    [&](const auto& variable) { return variable.index == *index; });
    node.slot = static_cast<size_t>(known - variables.begin());
    if (known == variables.end()) variables.push_back({syntax.name, *index});
    return node;
  }

  std::string UnknownVariable(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const Local& local : locals_) names.push_back(local.name);
    for (const auto& variable : environment_.variables()) names.push_back(variable.name);
    return UnknownName("variable", name, std::move(names), "known here");
  }

  Checked CheckSelect(const Syntax& syntax, Op op) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    const Type& object = parts.front().type;
    if (object.Is(Kind::kDyn))
      return MakeNode(op, syntax, op == Op::kHas ? Type::Bool() : Type::Dyn(), std::move(parts));
    const std::string owner = NameOf(parts.front());
    if (!object.Is(Kind::kObject)) {
      return FailCompile(syntax.position, fmt::format("{} is '{}' and has no members such as '{}'", owner,
                                                      object.ToString(), syntax.name));
    }
    const Member* member = object.FindMember(syntax.name);
    if (member == nullptr) {
      std::vector<std::string_view> names;
      for (const Member& each : object.members()) names.push_back(each.name);
      return FailCompile(syntax.position, UnknownName("field", syntax.name, std::move(names), owner + " has"));
    }
    if (op == Op::kHas) return MakeNode(op, syntax, Type::Bool(), std::move(parts));
    if (member->personal) {
      return FailCompile(
          syntax.position,
          ReadsPersonal(fmt::format("'{}' of {} is personal; has() may tell whether it is there", syntax.name, owner)));
    }
    Type type = member->type;
    return MakeNode(op, syntax, std::move(type), std::move(parts));
  }

  Checked CheckIndex(const Syntax& syntax) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    const Type& list = parts[0].type;
    const Type& index = parts[1].type;
    if (!list.Is(Kind::kList) && !list.Is(Kind::kDyn)) {
      return FailCompile(syntax.position,
                         fmt::format("{} is '{}'; [...] takes an element of a list{}", NameOf(parts[0]),
                                     list.ToString(), list.Is(Kind::kObject) ? ", a member is written a.b" : ""));
    }
    if (!Assignable(index, Type::Int())) {
      return FailCompile(parts[1].position, fmt::format("an index is 'int', this is '{}'", index.ToString()));
    }
    Type type = list.Is(Kind::kDyn) ? Type::Dyn() : list.element();
    return MakeNode(Op::kIndex, syntax, std::move(type), std::move(parts));
  }

  Checked CheckNegate(const Syntax& syntax) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    Type type = parts.front().type;
    if (!type.Is(Kind::kInt) && !type.Is(Kind::kDouble) && !type.Is(Kind::kDyn)) {
      return FailCompile(syntax.position, fmt::format("- before '{}': it takes int or double", type.ToString()));
    }
    return MakeNode(Op::kNegate, syntax, std::move(type), std::move(parts));
  }

  Checked CheckBools(const Syntax& syntax, Op op, std::string_view text) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    for (const Node& part : parts) RASTI_CHECKED(ExpectBool(part, text));
    return MakeNode(op, syntax, Type::Bool(), std::move(parts));
  }

  static tl::expected<void, CompileError> ExpectBool(const Node& node, std::string_view taker) {
    if (Assignable(node.type, Type::Bool())) return {};
    return FailCompile(node.position, fmt::format("{} takes 'bool', this is '{}'; compare it with something", taker,
                                                  node.type.ToString()));
  }

  Checked CheckConditional(const Syntax& syntax) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    RASTI_CHECKED(ExpectBool(parts[0], "the condition before ?"));
    RASTI_TRY(Type type, Unify(parts[1], parts[2], "?: gives one type on both sides"));
    return MakeNode(Op::kConditional, syntax, std::move(type), std::move(parts));
  }

  Checked CheckList(const Syntax& syntax) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    Type element = parts.empty() ? Type::Dyn() : parts.front().type;
    for (size_t i = 1; i < parts.size(); ++i) {
      Node before{.position = parts[i - 1].position, .type = element};
      RASTI_TRY(element, Unify(before, parts[i], "a list's elements are of one type"));
    }
    Node node = MakeNode(Op::kList, syntax, Type::List(std::move(element)), std::move(parts));
    const auto constant = [](const Node& part) { return part.op == Op::kConstant; };
    if (std::all_of(node.parts.begin(), node.parts.end(), constant)) {
      // So that x in ['a', 'b'] makes no list each time.
      Value::List elements;
      for (const Node& part : node.parts) elements.push_back(part.constant);
      node.op = Op::kConstant;
      node.constant = Value::OfList(std::move(elements));
      node.parts.clear();
    }
    return node;
  }

  Checked CheckCall(const Syntax& syntax) {
    if (!syntax.is_method && syntax.name == "has") return CheckHas(syntax);
    if (syntax.is_method && syntax.name == "all") return CheckMacro(syntax, Op::kAll);
    if (syntax.is_method && syntax.name == "exists") return CheckMacro(syntax, Op::kExists);
    if (syntax.is_method && syntax.name == "exists_one") return CheckMacro(syntax, Op::kExistsOne);
    // Before the arguments: those of an unknown macro name variables that nobody declared.
    RASTI_CHECKED(CheckFunctionName(syntax));
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    return CheckFunction(syntax, std::move(parts));
  }

  Checked CheckOperands(const Syntax& syntax) {
    RASTI_TRY(std::vector<Node> parts, CheckParts(syntax));
    return CheckBinary(syntax, std::move(parts));
  }

  Checked CheckHas(const Syntax& syntax) {
    if (syntax.parts.size() != 1 || syntax.parts.front().form != Form::kSelect) {
      return FailCompile(syntax.position, "has() takes one member of an object, as in has(form.note)");
    }
    return CheckSelect(syntax.parts.front(), Op::kHas);
  }

  Checked CheckMacro(const Syntax& syntax, Op op) {
    if (syntax.parts.size() != 3 || syntax.parts[1].form != Form::kName) {
      return FailCompile(syntax.position,
                         fmt::format("{0}() takes a name and a test, as in list.{0}(x, x > 0)", syntax.name));
    }
    RASTI_TRY(Node list, Check(syntax.parts[0]));
    if (!list.type.Is(Kind::kList) && !list.type.Is(Kind::kDyn)) {
      return FailCompile(syntax.position,
                         fmt::format("{}() goes through a list, this is '{}'", syntax.name, list.type.ToString()));
    }
    const size_t slot = locals_.size();
    locals_.push_back({syntax.parts[1].name, list.type.Is(Kind::kDyn) ? Type::Dyn() : list.type.element()});
    program_.locals = std::max(program_.locals, locals_.size());
    auto test = Check(syntax.parts[2]);
    locals_.pop_back();
    if (!test) return tl::unexpected(std::move(test).error());
    RASTI_CHECKED(ExpectBool(*test, syntax.name + "()"));
    Node node = MakeNode(op, syntax, Type::Bool(), {});
    node.slot = slot;
    node.parts.push_back(std::move(list));
    node.parts.push_back(*std::move(test));
    return node;
  }

  const Environment& environment_;
  std::vector<Local> locals_;
  Expression::Program program_;
};

}  // namespace

tl::expected<Expression::Program, CompileError> Check(const Syntax& syntax, const Environment& environment,
                                                      const Type& wanted) {
  return Checker(environment).Run(syntax, wanted);
}

}  // namespace rasti::core::expression
