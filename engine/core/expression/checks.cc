#include "engine/core/expression/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/core/expression/names.h"

namespace rasti::core::expression {

Node MakeNode(Node::Op op, const Syntax& syntax, Type type, std::vector<Node> parts) {
  return Node{.op = op,
              .position = syntax.position,
              .type = std::move(type),
              .name = syntax.name,
              .binary = syntax.op,
              .is_method = syntax.is_method,
              .parts = std::move(parts)};
}

std::string ReadsPersonal(std::string_view what) { return fmt::format("guards may not read personal data: {}", what); }

std::string UnknownName(std::string_view what, std::string_view name, std::vector<std::string_view> choices,
                        std::string_view where) {
  std::string message = fmt::format("unknown {} '{}'", what, name.substr(0, 64));
  const std::string meant = DidYouMean(name, choices);
  if (!meant.empty()) return message + meant;
  constexpr size_t kShownMax = 12;
  const bool all = choices.size() <= kShownMax;
  choices.resize(std::min(choices.size(), kShownMax));
  return fmt::format("{}; {}: {}{}", message, where, JoinNames(choices), all ? "" : ", and more");
}

}  // namespace rasti::core::expression
