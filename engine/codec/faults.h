// What is wrong with a message that is being read. Conversions go on to the end and report here; the first fault is
// what the reader is told. Lives on the stack of one decoding.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/result.h"

namespace rasti::codec {

class Faults {
 public:
  /// `wrong` is the code of a field that holds what nobody may write: kCorruption for what the engine wrote itself,
  /// kInvalidArgument for what came from outside.
  explicit Faults(ErrorCode wrong) : wrong_(wrong) {}

  void Wrong(std::string_view field, std::string_view why) { Report(wrong_, field, why); }
  /// The field holds what only a newer engine can have written.
  void TooNew(std::string_view field, std::string_view why) { Report(ErrorCode::kUnsupportedVersion, field, why); }
  /// A message that must be there.
  void Require(bool present, std::string_view field) {
    if (!present) Wrong(field, "missing");
  }

  bool any() const { return first_.has_value(); }
  /// REQUIRES: any().
  Error Take() { return *std::move(first_); }

 private:
  void Report(ErrorCode code, std::string_view field, std::string_view why) {
    if (!first_) first_ = Error{code, fmt::format("{}: {}", field, why)};
  }

  ErrorCode wrong_;
  std::optional<Error> first_;
};

}  // namespace rasti::codec
