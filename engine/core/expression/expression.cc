#include "engine/core/expression/expression.h"

#include <algorithm>
#include <utility>

#include "engine/core/expression/checker.h"
#include "engine/core/expression/evaluator.h"
#include "engine/core/expression/parser.h"
#include "engine/core/expression/program.h"

namespace rasti::core::expression {

Result<Value> Expression::Evaluate(const Activation& activation) const { return Run(*program_, activation); }

Result<bool> Expression::EvaluateBool(const Activation& activation) const {
  RASTI_TRY(const Value value, Evaluate(activation));
  if (value.Is(Kind::kBool)) return value.AsBool();
  return Fail(Error::Invalid(program_->root.position.ToString() + ": the expression gives '" +
                             std::string(KindName(value.kind())) + "' where 'bool' is wanted"));
}

bool Expression::Mentions(std::string_view variable) const {
  return std::any_of(program_->variables.begin(), program_->variables.end(),
                     [variable](const auto& mentioned) { return mentioned.name == variable; });
}

const std::string& Expression::source() const { return program_->source; }

const Type& Expression::type() const { return program_->root.type; }

tl::expected<Expression, CompileError> Compile(std::string_view source, const Environment& environment,
                                               const Type& wanted) {
  RASTI_TRY(const Syntax syntax, Parse(source));
  RASTI_TRY(Expression::Program program, Check(syntax, environment, wanted));
  program.source = std::string(source);
  return Expression(std::make_shared<const Expression::Program>(std::move(program)));
}

}  // namespace rasti::core::expression
