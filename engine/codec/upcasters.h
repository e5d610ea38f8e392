// Upcasters: from an old version of an event type to the next, on the message as it was parsed, before anything else
// looks at it. What was once released is read for ever, and the rest of the engine knows only the newest version.
//
// Immutable and thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "proto/rasti/v1/event.pb.h"

namespace rasti::codec {

/// Lifts an event of `type` from `from_version` to the version after it. It is total and changes only the payload;
/// the context is not set in what it gets.
struct Upcaster {
  std::string_view type;
  uint32_t from_version = 1;
  void (*lift)(v1::Event& event) = nullptr;
};

class Upcasters {
 public:
  /// REQUIRES: for every type its upcasters from version 1 on, in order, none left out.
  explicit Upcasters(const std::vector<Upcaster>& upcasters);
  /// Those of the released event types.
  static const Upcasters& Released();

  /// The version in which events of the type are written: 1 until there is an upcaster.
  uint32_t NewestVersion(std::string_view type) const;
  /// Brings the event to the newest version of its type.
  /// Errors: kCorruption (version 0), kUnsupportedVersion (newer than the newest).
  Status Lift(v1::Event& event) const;

 private:
  std::vector<Upcaster> upcasters_;
};

}  // namespace rasti::codec
