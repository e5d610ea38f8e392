// Instants and durations. One resolution everywhere: the millisecond, which is what Kafka's timestamps and UUIDv7 hold.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti {

using Duration = std::chrono::milliseconds;
/// A moment in UTC, without leap seconds (POSIX time).
using Instant = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// The instants that fit RFC 3339: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999Z.
inline constexpr Instant kEarliestInstant{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
inline constexpr Instant kLatestInstant{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - Duration{1}};

/// "2026-11-21T06:14:31Z"; with ".250" where there are milliseconds.
std::string FormatInstant(Instant instant);

/// Reads RFC 3339: date, 'T' or a space, time, optional fraction (beyond milliseconds it is cut), 'Z' or an offset.
/// Errors: kInvalidArgument with the position and what would be right.
Result<Instant> ParseInstant(std::string_view text);

/// ISO 8601 duration of weeks, days (24 h), hours, minutes and seconds: "PT48H", "P7D", "PT0.250S", "-PT5M".
std::string FormatDuration(Duration duration);
Result<Duration> ParseDuration(std::string_view text);

/// a + b, or nothing where the sum leaves [kEarliestInstant, kLatestInstant].
std::optional<Instant> CheckedAdd(Instant a, Duration b);

inline Instant InstantFromUnixMillis(int64_t millis) { return Instant{Duration{millis}}; }
inline int64_t ToUnixMillis(Instant instant) { return instant.time_since_epoch().count(); }

}  // namespace rasti
