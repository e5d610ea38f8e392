#include "engine/base/time.h"

#include <fmt/format.h>

#include <cstdlib>

namespace rasti {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Reads text from the left; every step either consumes or leaves the position at the fault.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Digits(int count, int& value) {
    if (position_ + static_cast<size_t>(count) > text_.size()) return false;
    int result = 0;
    for (int i = 0; i < count; ++i) {
      const char c = text_[position_ + static_cast<size_t>(i)];
      if (c < '0' || c > '9') return false;
      result = result * 10 + (c - '0');
    }
    position_ += static_cast<size_t>(count);
    value = result;
    return true;
  }
  bool OneOf(std::string_view chars, char* found = nullptr) {
    if (AtEnd() || chars.find(text_[position_]) == std::string_view::npos) return false;
    if (found != nullptr) *found = text_[position_];
    ++position_;
    return true;
  }
  bool Number(int64_t& value) {
    const size_t start = position_;
    int64_t result = 0;
    while (!AtEnd() && text_[position_] >= '0' && text_[position_] <= '9') {
      if (__builtin_mul_overflow(result, 10, &result) ||
          __builtin_add_overflow(result, text_[position_] - '0', &result)) {
        return false;
      }
      ++position_;
    }
    value = result;
    return position_ > start;
  }
  // The digits after a decimal point as thousandths; what lies beyond is cut.
  bool Fraction(int& millis) {
    const size_t start = position_;
    int result = 0;
    while (!AtEnd() && text_[position_] >= '0' && text_[position_] <= '9') {
      if (position_ - start < 3) result = result * 10 + (text_[position_] - '0');
      ++position_;
    }
    for (size_t seen = position_ - start; seen < 3; ++seen) result *= 10;
    millis = result;
    return position_ > start;
  }
  bool AtEnd() const { return position_ >= text_.size(); }
  size_t position() const { return position_; }

 private:
  std::string_view text_;
  size_t position_ = 0;
};

tl::unexpected<Error> BadTime(std::string_view text, size_t position, std::string_view why) {
  return Fail(Error::Invalid(
      fmt::format("time '{}', character {}: {}; write it like 2026-11-21T06:14:31Z", text, position + 1, why)));
}

}  // namespace

std::string FormatInstant(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const year_month_day date{day};
  const std::chrono::hh_mm_ss time{instant - day};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                 time.hours().count(), time.minutes().count(), time.seconds().count());
  if (time.subseconds().count() != 0) text += fmt::format(".{:03}", time.subseconds().count());
  text += 'Z';
  return text;
}

Result<Instant> ParseInstant(std::string_view text) {
  Scanner scan(text);
  int year = 0;
  int month = 0;
  int day = 0;
  if (!scan.Digits(4, year) || !scan.OneOf("-") || !scan.Digits(2, month) || !scan.OneOf("-") || !scan.Digits(2, day)) {
    return BadTime(text, scan.position(), "a date like 2026-11-21 is wanted");
  }
  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || year == 0) return BadTime(text, 0, "there is no such day");
  if (!scan.OneOf("Tt ")) return BadTime(text, scan.position(), "a 'T' and a time of day are wanted");

  int hour = 0;
  int minute = 0;
  int second = 0;
  int millis = 0;
  if (!scan.Digits(2, hour) || !scan.OneOf(":") || !scan.Digits(2, minute) || !scan.OneOf(":") ||
      !scan.Digits(2, second)) {
    return BadTime(text, scan.position(), "a time like 06:14:31 is wanted");
  }
  if (hour > 23 || minute > 59 || second > 59) return BadTime(text, 11, "there is no such time of day");
  if (scan.OneOf(".") && !scan.Fraction(millis)) return BadTime(text, scan.position(), "digits are wanted");

  Duration offset{0};
  char sign = 0;
  if (scan.OneOf("+-", &sign)) {
    int hours = 0;
    int minutes = 0;
    if (!scan.Digits(2, hours) || !scan.OneOf(":") || !scan.Digits(2, minutes) || hours > 23 || minutes > 59) {
      return BadTime(text, scan.position(), "an offset like +01:00 is wanted");
    }
    offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    if (sign == '-') offset = -offset;
  } else if (!scan.OneOf("Zz")) {
    return BadTime(text, scan.position(), "'Z' or an offset like +01:00 is wanted");
  }
  if (!scan.AtEnd()) return BadTime(text, scan.position(), "nothing more is wanted here");

  const Instant instant = Instant{sys_days{date}} + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                          std::chrono::seconds(second) + Duration{millis} - offset;
  if (instant < kEarliestInstant || instant > kLatestInstant) {
    return BadTime(text, 0, "only the years 0001 to 9999 are covered");
  }
  return instant;
}

std::string FormatDuration(Duration duration) {
  const int64_t total = duration.count();
  if (total == 0) return "PT0S";
  std::string text = total < 0 ? "-P" : "P";
  // Unsigned, so that the most negative count has an absolute value.
  uint64_t left = total < 0 ? 0 - static_cast<uint64_t>(total) : static_cast<uint64_t>(total);
  const uint64_t day_count = left / 86'400'000;
  left %= 86'400'000;
  if (day_count != 0) text += fmt::format("{}D", day_count);
  if (left == 0) return text;
  text += 'T';
  if (left / 3'600'000 != 0) text += fmt::format("{}H", left / 3'600'000);
  left %= 3'600'000;
  if (left / 60'000 != 0) text += fmt::format("{}M", left / 60'000);
  left %= 60'000;
  if (left % 1000 != 0) {
    text += fmt::format("{}.{:03}S", left / 1000, left % 1000);
  } else if (left != 0) {
    text += fmt::format("{}S", left / 1000);
  }
  return text;
}

Result<Duration> ParseDuration(std::string_view text) {
  const auto bad = [&](size_t position, std::string_view why) {
    return Fail(Error::Invalid(
        fmt::format("duration '{}', character {}: {}; write it like PT48H, P7D or PT1H30M", text, position + 1, why)));
  };
  Scanner scan(text);
  const bool negative = scan.OneOf("-");
  if (!scan.OneOf("P")) return bad(scan.position(), "a 'P' is wanted");

  int64_t total = 0;
  bool any = false;
  bool in_time = false;
  std::string_view units = "WD";
  while (!scan.AtEnd()) {
    if (!in_time && scan.OneOf("T")) {
      in_time = true;
      units = "HMS";
      any = false;
      continue;
    }
    int64_t number = 0;
    int millis = 0;
    const size_t start = scan.position();
    if (!scan.Number(number)) return bad(start, "a number that fits is wanted");
    const bool fraction = in_time && scan.OneOf(".");
    if (fraction && !scan.Fraction(millis)) return bad(scan.position(), "digits are wanted");
    char unit = 0;
    if (!scan.OneOf(fraction ? "S" : units, &unit))
      return bad(scan.position(), "a unit is wanted, in the order W D T H M S");
    units = units.substr(units.find(unit) + 1);
    const int64_t scale = unit == 'W'   ? 604'800'000
                          : unit == 'D' ? 86'400'000
                          : unit == 'H' ? 3'600'000
                          : unit == 'M' ? 60'000
                                        : 1'000;
    if (__builtin_mul_overflow(number, scale, &number) || __builtin_add_overflow(total, number, &total) ||
        __builtin_add_overflow(total, millis, &total)) {
      return bad(start, "that is longer than can be counted");
    }
    any = true;
  }
  if (!any) return bad(scan.position(), "a number and a unit are wanted");
  return Duration{negative ? -total : total};
}

std::optional<Instant> CheckedAdd(Instant a, Duration b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(ToUnixMillis(a), b.count(), &sum)) return std::nullopt;
  const Instant result = InstantFromUnixMillis(sum);
  if (result < kEarliestInstant || result > kLatestInstant) return std::nullopt;
  return result;
}

}  // namespace rasti
