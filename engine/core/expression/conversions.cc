#include "engine/core/expression/conversions.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>

namespace rasti::core::expression {
namespace {

tl::unexpected<Error> NoSuch(std::string_view type, std::string_view text, std::string_view example) {
  // Text comes from forms: it may be long, and a guard's error is no place for all of it.
  return Fail(Error::Invalid(fmt::format("{} is no {}; one is written {}",
                                         text.size() > 40 ? "a long text" : Value(text).ToString(), type, example)));
}

struct Unit {
  std::string_view name;
  int64_t nanoseconds;
};
// "ms" before "m", so that the longer is found first.
constexpr std::array<Unit, 7> kUnits = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"\u00b5s", 1'000},
                                         {"ms", 1'000'000},
                                         {"h", 3'600'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"s", 1'000'000'000}}};

// Room for any int64 of milliseconds in nanoseconds, and more.
__extension__ using Nanoseconds = __int128;
constexpr Nanoseconds kNanosecondsMax = Nanoseconds{std::numeric_limits<int64_t>::max()} * 1'000'000;

// Reads digits and counts them; anything beyond 18 of them is kept out by the caller.
size_t ReadDigits(std::string_view text, int64_t* value) {
  size_t count = 0;
  *value = 0;
  while (count < text.size() && count < 19 && text[count] >= '0' && text[count] <= '9') {
    *value = count < 18 ? *value * 10 + (text[count] - '0') : *value;
    ++count;
  }
  return count;
}

}  // namespace

Result<Value> IntFromDouble(double number) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (!(number > -kTwoTo63 && number < kTwoTo63)) {
    return Fail(ErrorCode::kOutOfRange, fmt::format("{} is beyond the range of int", number));
  }
  return Value(static_cast<int64_t>(number));
}

Result<Value> IntFromString(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range)
    return Fail(ErrorCode::kOutOfRange, "the text is beyond the range of int");
  if (error != std::errc() || stop != end) return NoSuch("int", text, "'-12'");
  return Value(value);
}

Result<Value> DoubleFromString(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range) {
    return Fail(ErrorCode::kOutOfRange, "the text is beyond the range of double");
  }
  if (error != std::errc() || stop != end) return NoSuch("double", text, "'-1.5'");
  return Value(value);
}

std::string DurationText(Duration duration) {
  // Digit by digit, since a double of seconds would round.
  const int64_t count = duration.count();
  const uint64_t magnitude = count < 0 ? uint64_t{0} - static_cast<uint64_t>(count) : static_cast<uint64_t>(count);
  std::string text = fmt::format("{}{}", count < 0 ? "-" : "", magnitude / 1000);
  if (magnitude % 1000 != 0) {
    text += fmt::format(".{:03}", magnitude % 1000);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "s";
}

Result<Duration> DurationFromString(std::string_view text) {
  constexpr std::string_view kExample = "'1h30m', '10s' or '250ms'";
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return Duration{0};
  if (rest.empty()) return NoSuch("duration", text, kExample);
  Nanoseconds total = 0;
  while (!rest.empty()) {
    int64_t whole = 0;
    int64_t fraction = 0;
    const size_t whole_digits = ReadDigits(rest, &whole);
    rest.remove_prefix(whole_digits);
    size_t fraction_digits = 0;
    if (rest.starts_with('.')) {
      fraction_digits = ReadDigits(rest.substr(1), &fraction);
      rest.remove_prefix(1 + fraction_digits);
    }
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (unit == nullptr && rest.starts_with(candidate.name)) unit = &candidate;
    }
    if (unit == nullptr || whole_digits + fraction_digits == 0) return NoSuch("duration", text, kExample);
    if (whole_digits > 18 || fraction_digits > 9) {
      return Fail(ErrorCode::kOutOfRange, "a duration's number has too many digits");
    }
    rest.remove_prefix(unit->name.size());
    Nanoseconds scale = 1;
    for (size_t i = 0; i < fraction_digits; ++i) scale *= 10;
    const Nanoseconds part = Nanoseconds{fraction} * unit->nanoseconds;
    if (part % scale != 0) return Fail(Error::Invalid("a duration is no finer than a millisecond"));
    total += Nanoseconds{whole} * unit->nanoseconds + part / scale;
    if (total > kNanosecondsMax) return Fail(ErrorCode::kOutOfRange, "the text is beyond the range of duration");
  }
  if (total % 1'000'000 != 0) return Fail(Error::Invalid("a duration is no finer than a millisecond"));
  const auto milliseconds = static_cast<int64_t>(total / 1'000'000);
  return Duration{negative ? -milliseconds : milliseconds};
}

int64_t PartOf(Instant instant, TimePart part) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  const auto day_of_month = static_cast<int64_t>(static_cast<unsigned>(date.day()));
  switch (part) {
    case TimePart::kFullYear: return static_cast<int>(date.year());
    case TimePart::kMonth: return static_cast<int64_t>(static_cast<unsigned>(date.month())) - 1;
    case TimePart::kDate: return day_of_month;
    case TimePart::kDayOfMonth: return day_of_month - 1;
    case TimePart::kDayOfWeek: return std::chrono::weekday(day).c_encoding();
    case TimePart::kDayOfYear: return (day - std::chrono::sys_days{date.year() / 1 / 1}).count();
    case TimePart::kHours: return time.hours().count();
    case TimePart::kMinutes: return time.minutes().count();
    case TimePart::kSeconds: return time.seconds().count();
    case TimePart::kMilliseconds: return time.subseconds().count();
  }
  return 0;
}

}  // namespace rasti::core::expression
