// Parts of the checker that need no names in scope: operators, functions and what their messages share.
//
// Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/core/expression/compile_error.h"
#include "engine/core/expression/program.h"
#include "engine/core/expression/syntax.h"
#include "engine/core/expression/type.h"

namespace rasti::core::expression {

using Checked = tl::expected<Node, CompileError>;

/// A node for what was written, over its checked parts.
Node MakeNode(Node::Op op, const Syntax& syntax, Type type, std::vector<Node> parts);

/// Checks an operator between two operands. REQUIRES: kBinary.
Checked CheckBinary(const Syntax& syntax, std::vector<Node> parts);

/// Error: there is no function, or no method, of the name that is called. REQUIRES: kCall.
tl::expected<void, CompileError> CheckFunctionName(const Syntax& syntax);

/// Checks the call of a function that is no macro; converts constants at once. REQUIRES: CheckFunctionName(syntax).
Checked CheckFunction(const Syntax& syntax, std::vector<Node> parts);

/// The type that both nodes have, one of them perhaps dyn. Error: `rule`, with the two types.
tl::expected<Type, CompileError> Unify(const Node& a, const Node& b, std::string_view rule);

/// The message for an expression that would read personal data.
std::string ReadsPersonal(std::string_view what);

/// "unknown field 'catgory', did you mean 'category'?"; where nothing is near, what there is.
std::string UnknownName(std::string_view what, std::string_view name, std::vector<std::string_view> choices,
                        std::string_view where);

}  // namespace rasti::core::expression
