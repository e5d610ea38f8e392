// How any.h fills a value: Fill(values, x) for whatever x may be made of.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/core/event.h"
#include "engine/sla/deadline.h"
#include "tests/support/any.h"

namespace rasti::test {

/// In every call, so that the overloads of this namespace are found for types of all others.
struct Values {};

template <class... Ts>
void FillAll(Values values, Ts&... members) {
  (Fill(values, members), ...);
}

void Fill(Values, std::string& out);
void Fill(Values, bool& out);
void Fill(Values, int& out);
void Fill(Values, int64_t& out);
void Fill(Values, Instant& out);
void Fill(Values, Duration& out);
void Fill(Values, sla::Day& out);
void Fill(Values, Hash256& out);
void Fill(Values, core::CaseId& out);

template <class Enum>
void FillEnum(Enum& out, int count) {
  out = static_cast<Enum>(AnyNumber(0, count - 1));
}

template <class Tag>
void Fill(Values, StrongString<Tag>& out) {
  out = StrongString<Tag>(AnyText());
}
template <class Tag, class Number>
void Fill(Values, StrongNumber<Tag, Number>& out) {
  out.value = static_cast<Number>(AnyNumber(0, std::numeric_limits<Number>::max()));
}
template <class T>
void Fill(Values values, std::optional<T>& out) {
  if (AnyNumber(0, 1) == 1) Fill(values, out.emplace());
}
template <class T>
void Fill(Values values, std::vector<T>& out) {
  out.resize(static_cast<size_t>(AnyNumber(0, 3)));
  for (T& element : out) Fill(values, element);
}

/// Fills the alternative of that index.
template <class... Ts>
void FillAlternative(Values values, std::variant<Ts...>& out, size_t alternative) {
  size_t index = 0;
  ((index++ == alternative ? Fill(values, out.template emplace<Ts>()) : void()), ...);
}
template <class... Ts>
void Fill(Values values, std::variant<Ts...>& out) {
  FillAlternative(values, out, static_cast<size_t>(AnyNumber(0, sizeof...(Ts) - 1)));
}

// What events, commands and case states have in common (any_common.cc).
void Fill(Values, sla::Rule& out);
void Fill(Values, sla::Course& out);
void Fill(Values, core::EscalationTarget& out);
void Fill(Values, core::PendingEscalation& out);
void Fill(Values, core::ClockPlan& out);
void Fill(Values, core::GivenDeadline& out);
void Fill(Values, core::Actor& out);
void Fill(Values, core::Assignment& out);
void Fill(Values, core::Field& out);
void Fill(Values, core::Direction& out);
void Fill(Values, core::AttachmentAdded& out);
void Fill(Values, core::DeliveryRecorded& out);

}  // namespace rasti::test
