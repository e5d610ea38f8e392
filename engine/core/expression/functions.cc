#include "engine/core/expression/functions.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/core/expression/conversions.h"
#include "engine/core/expression/names.h"
#include "engine/core/expression/pattern.h"

namespace rasti::core::expression {
namespace {

using Arguments = std::span<const Value>;
using Style = Overload::Style;

Result<Value> Contains(Arguments arguments) {
  // memmem is linear in the worst case too, which std::string::find is not.
  const std::string& text = arguments[0].AsString();
  const std::string& part = arguments[1].AsString();
  return Value(memmem(text.data(), text.size(), part.data(), part.size()) != nullptr);
}

Result<Value> Matches(Arguments arguments) {
  RASTI_TRY(const auto pattern, CompilePattern(arguments[1].AsString()));
  return Value(RE2::PartialMatch(arguments[0].AsString(), *pattern));
}

Result<Value> StringFromTimestamp(Arguments arguments) { return Value(FormatInstant(arguments[0].AsTimestamp())); }

Result<Value> TimestampFromString(Arguments arguments) {
  RASTI_TRY(const Instant instant, ParseInstant(arguments[0].AsString()));
  return Value(instant);
}

Result<Value> TimestampFromInt(Arguments arguments) {
  const int64_t seconds = arguments[0].AsInt();
  if (seconds < ToUnixMillis(kEarliestInstant) / 1000 || seconds > ToUnixMillis(kLatestInstant) / 1000) {
    return Fail(ErrorCode::kOutOfRange, fmt::format("{} s since 1970 leave the years 0001 to 9999", seconds));
  }
  return Value(InstantFromUnixMillis(seconds * 1000));
}

Result<Value> IntFromTimestamp(Arguments arguments) {
  const auto instant = std::chrono::floor<std::chrono::seconds>(arguments[0].AsTimestamp());
  return Value(static_cast<int64_t>(instant.time_since_epoch().count()));
}

Result<Value> DurationValue(Arguments arguments) {
  RASTI_TRY(const Duration duration, DurationFromString(arguments[0].AsString()));
  return Value(duration);
}

Result<Value> Same(Arguments arguments) { return arguments[0]; }

template <TimePart kPart>
Result<Value> Part(Arguments arguments) {
  return Value(PartOf(arguments[0].AsTimestamp(), kPart));
}

// The whole of a duration in a unit, cut towards zero.
template <class Unit>
Result<Value> Whole(Arguments arguments) {
  return Value(static_cast<int64_t>(std::chrono::duration_cast<Unit>(arguments[0].AsDuration()).count()));
}

// Sorted by name.
const std::vector<Overload>& AllOverloads() {
  static const std::vector<Overload> kOverloads = [] {
    const auto timestamp = [](std::string_view name, Result<Value> (*apply)(Arguments)) {
      return Overload{name, Style::kMethod, {Kind::kTimestamp}, Kind::kInt, apply};
    };
    const auto duration = [](std::string_view name, Result<Value> (*apply)(Arguments)) {
      return Overload{name, Style::kMethod, {Kind::kDuration}, Kind::kInt, apply};
    };
    const auto convert = [](Kind to, Kind from, Result<Value> (*apply)(Arguments)) {
      return Overload{KindName(to), Style::kFunction, {from}, to, apply};
    };
    const auto test = [](std::string_view name, Result<Value> (*apply)(Arguments)) {
      return Overload{name, Style::kMethod, {Kind::kString, Kind::kString}, Kind::kBool, apply};
    };
    std::vector<Overload> overloads = {
        {"size",
         Style::kBoth,
         {Kind::kString},
         Kind::kInt,
         [](Arguments a) -> Result<Value> { return Value(static_cast<int64_t>(CountCodePoints(a[0].AsString()))); }},
        {"size",
         Style::kBoth,
         {Kind::kList},
         Kind::kInt,
         [](Arguments a) -> Result<Value> { return Value(static_cast<int64_t>(a[0].AsList().size())); }},
        test("startsWith",
             [](Arguments a) -> Result<Value> { return Value(a[0].AsString().starts_with(a[1].AsString())); }),
        test("endsWith",
             [](Arguments a) -> Result<Value> { return Value(a[0].AsString().ends_with(a[1].AsString())); }),
        test("contains", Contains),
        {"matches", Style::kBoth, {Kind::kString, Kind::kString}, Kind::kBool, Matches, kPatternSteps},
        convert(Kind::kInt, Kind::kInt, Same),
        convert(Kind::kInt, Kind::kDouble, [](Arguments a) { return IntFromDouble(a[0].AsDouble()); }),
        convert(Kind::kInt, Kind::kString, [](Arguments a) { return IntFromString(a[0].AsString()); }),
        convert(Kind::kInt, Kind::kTimestamp, IntFromTimestamp),
        convert(Kind::kDouble, Kind::kDouble, Same),
        convert(Kind::kDouble, Kind::kInt,
                [](Arguments a) -> Result<Value> { return Value(static_cast<double>(a[0].AsInt())); }),
        convert(Kind::kDouble, Kind::kString, [](Arguments a) { return DoubleFromString(a[0].AsString()); }),
        convert(Kind::kString, Kind::kString, Same),
        convert(Kind::kString, Kind::kBool,
                [](Arguments a) -> Result<Value> { return Value(a[0].AsBool() ? "true" : "false"); }),
        convert(Kind::kString, Kind::kInt,
                [](Arguments a) -> Result<Value> { return Value(fmt::format("{}", a[0].AsInt())); }),
        convert(Kind::kString, Kind::kDouble,
                [](Arguments a) -> Result<Value> { return Value(fmt::format("{}", a[0].AsDouble())); }),
        convert(Kind::kString, Kind::kTimestamp, StringFromTimestamp),
        convert(Kind::kString, Kind::kDuration,
                [](Arguments a) -> Result<Value> { return Value(DurationText(a[0].AsDuration())); }),
        convert(Kind::kTimestamp, Kind::kTimestamp, Same),
        convert(Kind::kTimestamp, Kind::kString, TimestampFromString),
        convert(Kind::kTimestamp, Kind::kInt, TimestampFromInt),
        convert(Kind::kDuration, Kind::kDuration, Same),
        convert(Kind::kDuration, Kind::kString, DurationValue),
        timestamp("getFullYear", Part<TimePart::kFullYear>),
        timestamp("getMonth", Part<TimePart::kMonth>),
        timestamp("getDate", Part<TimePart::kDate>),
        timestamp("getDayOfMonth", Part<TimePart::kDayOfMonth>),
        timestamp("getDayOfWeek", Part<TimePart::kDayOfWeek>),
        timestamp("getDayOfYear", Part<TimePart::kDayOfYear>),
        timestamp("getHours", Part<TimePart::kHours>),
        timestamp("getMinutes", Part<TimePart::kMinutes>),
        timestamp("getSeconds", Part<TimePart::kSeconds>),
        timestamp("getMilliseconds", Part<TimePart::kMilliseconds>),
        duration("getHours", Whole<std::chrono::hours>),
        duration("getMinutes", Whole<std::chrono::minutes>),
        duration("getSeconds", Whole<std::chrono::seconds>),
        duration("getMilliseconds",
                 [](Arguments a) -> Result<Value> { return Value(int64_t{a[0].AsDuration().count() % 1000}); }),
    };
    std::stable_sort(overloads.begin(), overloads.end(),
                     [](const Overload& a, const Overload& b) { return a.name < b.name; });
    return overloads;
  }();
  return kOverloads;
}

bool HasStyle(const Overload& overload, bool is_method) {
  return overload.style == Style::kBoth || (overload.style == Style::kMethod) == is_method;
}

}  // namespace

std::span<const Overload> FindOverloads(std::string_view name) {
  const auto& all = AllOverloads();
  const auto first = std::ranges::lower_bound(all, name, {}, &Overload::name);
  const auto end = std::ranges::upper_bound(all, name, {}, &Overload::name);
  return {first, end};
}

std::vector<std::string_view> FunctionNames(bool is_method) {
  std::vector<std::string_view> names;
  if (is_method) {
    names = {"all", "exists", "exists_one"};
  } else {
    names = {"has"};
  }
  for (const Overload& overload : AllOverloads()) {
    if (HasStyle(overload, is_method)) names.push_back(overload.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

const Overload* SelectOverload(std::span<const Overload> overloads, bool is_method, std::span<const Kind> kinds) {
  for (const Overload& overload : overloads) {
    const bool takes = HasStyle(overload, is_method) &&
                       std::equal(overload.parameters.begin(), overload.parameters.end(), kinds.begin(), kinds.end(),
                                  [](Kind parameter, Kind kind) { return kind == Kind::kDyn || kind == parameter; });
    if (takes) return &overload;
  }
  return nullptr;
}

std::string DescribeCall(std::string_view name, bool is_method, std::span<const Kind> kinds) {
  std::string text;
  if (is_method && !kinds.empty()) {
    text = fmt::format("{}.", KindName(kinds.front()));
    kinds = kinds.subspan(1);
  }
  text += fmt::format("{}(", name);
  for (size_t i = 0; i < kinds.size(); ++i) text += fmt::format("{}{}", i > 0 ? ", " : "", KindName(kinds[i]));
  return text + ")";
}

}  // namespace rasti::core::expression
