#include "engine/core/expression/pattern.h"

#include <fmt/format.h>

#include "engine/core/expression/limits.h"

namespace rasti::core::expression {

Result<std::shared_ptr<const RE2>> CompilePattern(std::string_view pattern) {
  if (pattern.size() > kPatternBytesMax) {
    return Fail(
        Error::Invalid(fmt::format("the pattern has {} bytes, more than {}", pattern.size(), kPatternBytesMax)));
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kPatternMemoryBytesMax);
  auto compiled = std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) return Fail(Error::Invalid(fmt::format("no pattern of RE2: {}", compiled->error())));
  return compiled;
}

}  // namespace rasti::core::expression
