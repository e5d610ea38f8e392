// Conversions between the language's types, and the parts of timestamps and durations.
//
// Pure; thread-safe. Errors: kInvalidArgument (text that is no such value), kOutOfRange (beyond the type's range).
#pragma once

#include <span>
#include <string_view>

#include "engine/base/result.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

/// Truncates towards zero.
Result<Value> IntFromDouble(double number);
Result<Value> IntFromString(std::string_view text);
Result<Value> DoubleFromString(std::string_view text);
/// "90.5s", as CEL writes durations.
std::string DurationText(Duration duration);
/// CEL's syntax: a sign, then numbers with units h, m, s, ms, us, ns: "1h30m", "-1.5s". What is finer than a
/// millisecond is an error.
Result<Duration> DurationFromString(std::string_view text);

enum class TimePart {
  kFullYear,
  kMonth,       // from 0
  kDate,        // from 1
  kDayOfMonth,  // from 0
  kDayOfWeek,   // from 0, Sunday
  kDayOfYear,   // from 0
  kHours,
  kMinutes,
  kSeconds,
  kMilliseconds,
};
/// In UTC.
int64_t PartOf(Instant instant, TimePart part);

}  // namespace rasti::core::expression
