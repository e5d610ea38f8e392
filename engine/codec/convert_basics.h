// The smallest pieces of every conversion: ids, instants, enums, optional values.
//
// ToWire(value, message) fills an empty message; FromWire(message, value, faults) fills a default value and reports
// what is wrong with the message. What it filled after a fault is not to be used.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/time.h"
#include "engine/codec/faults.h"
#include "engine/core/ids.h"

namespace rasti::codec {

inline void FromWire(const std::string& in, core::CaseId& out, std::string_view field, Faults& faults) {
  if (in.size() != out.uuid.bytes.size()) {
    faults.Wrong(field, fmt::format("a case id has 16 bytes, not {}", in.size()));
    return;
  }
  std::copy(in.begin(), in.end(), out.uuid.bytes.begin());
}

inline std::string ToWire(const core::CaseId& id) { return std::string(id.uuid.AsBytes()); }

inline void FromWire(int64_t millis, Instant& out, std::string_view field, Faults& faults) {
  out = InstantFromUnixMillis(millis);
  if (out < kEarliestInstant || out > kLatestInstant) faults.Wrong(field, "not between the years 1 and 9999");
}

inline void FromWire(bool present, int64_t millis, std::optional<Instant>& out, std::string_view field,
                     Faults& faults) {
  if (present) FromWire(millis, out.emplace(), field, faults);
}

template <class Tag>
void FromWire(bool present, const std::string& in, std::optional<StrongString<Tag>>& out) {
  if (present) out.emplace(in);
}
inline void FromWire(bool present, const std::string& in, std::optional<std::string>& out) {
  if (present) out = in;
}

/// Which value of an enum of core is which value on the wire. Core's may be reordered, the wire's never.
template <class Core, class Wire, size_t kRows>
struct EnumTable {
  std::array<std::pair<Core, Wire>, kRows> rows;

  constexpr Wire Of(Core core) const {
    for (const auto& [c, w] : rows) {
      if (c == core) return w;
    }
    return Wire{};  // the zero, which every reader refuses
  }
  void Read(Wire wire, Core& out, std::string_view field, Faults& faults) const {
    for (const auto& [c, w] : rows) {
      if (w == wire) {
        out = c;
        return;
      }
    }
    if (wire == Wire{}) {
      faults.Wrong(field, "not set");
    } else {
      faults.TooNew(field, fmt::format("unknown value {}", static_cast<int>(wire)));
    }
  }
};

}  // namespace rasti::codec
