#include "engine/codec/issue.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::codec {

std::string Issue::ToString() const {
  return fmt::format("{}:{}:{}: {}: {}", file, line, column, severity == Severity::kError ? "error" : "warning",
                     message);
}

void Issues::Add(Mark at, std::string message, Severity severity) {
  Issue issue{file_, at.line, at.column, std::move(message), severity};
  if (std::ranges::find(issues_, issue) != issues_.end()) return;
  if (issues_.size() >= kMost) {
    // An error that is dropped for warnings would let a faulty file pass for a sound one.
    const auto warning = std::ranges::find(issues_, Severity::kWarning, &Issue::severity);
    if (severity != Severity::kError || warning == issues_.end()) return;
    issues_.erase(warning);
  }
  issues_.push_back(std::move(issue));
}

bool Issues::HasErrors() const { return codec::HasErrors(issues_); }

std::vector<Issue> Issues::Take() && {
  std::ranges::stable_sort(issues_, {}, [](const Issue& issue) { return Mark{issue.line, issue.column}; });
  return std::move(issues_);
}

bool HasErrors(const std::vector<Issue>& issues) {
  return std::ranges::any_of(issues, [](const Issue& issue) { return issue.severity == Severity::kError; });
}

}  // namespace rasti::codec
