// Regular expressions of matches(): RE2, which takes time linear in the text whatever the pattern.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::core::expression {

/// What compiling a pattern counts as in an evaluation's steps.
inline constexpr int kPatternSteps = 1000;

/// Thread-safe to match with. Errors: kInvalidArgument, with RE2's reason.
Result<std::shared_ptr<const RE2>> CompilePattern(std::string_view pattern);

}  // namespace rasti::core::expression
