#include "engine/core/guards.h"

#include <algorithm>
#include <limits>

namespace rasti::core {
namespace {

using expression::Kind;
using expression::Type;
using expression::Value;

// The order of GuardEnvironment.
enum Variable : size_t { kCase, kForm, kAction, kActor, kNow };

// A date ("2026-11-21") is a timestamp at midnight UTC in guards; what is no RFC 3339 stays text.
Value TimestampFrom(const std::string& text) {
  if (const auto instant = ParseInstant(text)) return Value(*instant);
  if (const auto midnight = ParseInstant(text + "T00:00:00Z")) return Value(*midnight);
  return Value(text);
}

bool FitsInt64(const nlohmann::json& number) {
  return !number.is_number_unsigned() ||
         number.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

}  // namespace

Value ValueFromJson(const nlohmann::json& data, const Type& type) {
  switch (data.type()) {
    case nlohmann::json::value_t::boolean: return Value(data.get<bool>());
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
      // What no int64 holds is not made another number: an expression that wants an int refuses it.
      if (type.Is(Kind::kDouble) || !FitsInt64(data)) return Value(data.get<double>());
      return Value(data.get<int64_t>());
    case nlohmann::json::value_t::number_float: return Value(data.get<double>());
    case nlohmann::json::value_t::string: {
      const auto& text = data.get_ref<const std::string&>();
      return type.Is(Kind::kTimestamp) ? TimestampFrom(text) : Value(text);
    }
    case nlohmann::json::value_t::array: {
      const Type element = type.Is(Kind::kList) ? type.element() : Type::Dyn();
      Value::List list;
      list.reserve(data.size());
      for (const auto& item : data) list.push_back(ValueFromJson(item, element));
      return Value::OfList(std::move(list));
    }
    case nlohmann::json::value_t::object: {
      Value::Object members;
      members.reserve(data.size());
      for (const auto& [name, item] : data.items()) {
        const expression::Member* member = type.Is(Kind::kObject) ? type.FindMember(name) : nullptr;
        members.emplace_back(name, ValueFromJson(item, member != nullptr ? member->type : Type::Dyn()));
      }
      return Value::OfObject(std::move(members));
    }
    case nlohmann::json::value_t::null:
    case nlohmann::json::value_t::binary:
    case nlohmann::json::value_t::discarded: return {};
  }
  return {};
}

Value GuardActivation::CaseValue() const {
  Value::List breached;
  for (const ClockState& clock : state_.clocks) {
    if (clock.breached) breached.emplace_back(clock.id.view());
  }
  return Value::OfObject({
      {"stage", Value(state_.stage.view())},
      {"category", Value(state_.category.view())},
      {"channel", Value(state_.channel)},
      {"title", Value(state_.title)},
      {"status", Value(CaseStatusName(state_.status))},
      {"reopened", Value(state_.reopened)},
      {"messages_in", Value(state_.messages_in)},
      {"messages_out", Value(state_.messages_out)},
      {"attachments", Value(state_.attachments)},
      {"responses", Value(state_.responses)},
      {"rating", Value(state_.rating)},
      {"assigned", Value(!state_.assignment.IsNobody())},
      {"breached", Value::OfList(std::move(breached))},
      {"submitted_at", Value(state_.submitted_at)},
      {"stage_entered_at", Value(state_.stage_entered_at)},
      {"last_occurred_at", Value(state_.last_occurred_at)},
      {"historic", Value(state_.historic)},
  });
}

Value GuardActivation::FormValue() const {
  auto data = nlohmann::json::parse(state_.form, nullptr, /*allow_exceptions=*/false);
  if (!data.is_object()) return {};
  // A guard may ask whether a personal field is there, never what it says: the compiler sees to that.
  for (const Field& field : state_.personal) {
    // Where another version of the form has a text in the place of an object, there is no such field.
    if (!data.contains(nlohmann::json::json_pointer(field.path))) PutMember(data, field.path, true);
  }
  return ValueFromJson(data, definition_.form.type());
}

bool GuardActivation::MayHave(size_t variable_index, std::string_view member) const {
  if (variable_index != kForm) return true;
  // The form is canonical JSON, and members are identifiers, which JSON does not escape.
  const std::string quoted = "\"" + std::string(member) + "\"";
  if (state_.form.find(quoted) != std::string::npos) return true;
  return std::ranges::any_of(state_.personal, [&](const Field& field) {
    const std::string_view path = field.path;
    return path.starts_with('/') && path.substr(1).starts_with(member);
  });
}

Value GuardActivation::Lookup(size_t variable_index) const {
  switch (variable_index) {
    case kCase: return CaseValue();
    case kForm: return FormValue();
    case kAction:
      if (fields_.empty()) return Value::OfObject({});
      return ValueFromJson(nlohmann::json::parse(fields_, nullptr, /*allow_exceptions=*/false), Type::Dyn());
    case kActor:
      return Value::OfObject(
          {{"id", Value(actor_.id.view())}, {"role", Value(actor_.role.view())}, {"holds", Value(actor_holds_)}});
    case kNow: return Value(now_);
    default: return {};
  }
}

const Taker* BarringTaker(const CaseState& state, const Action& action, const ActorId& actor) {
  const Taker* last = nullptr;
  for (const Taker& taker : state.takers) {
    if (taker.actor != actor || std::ranges::find(action.not_by, taker.action) == action.not_by.end()) continue;
    if (last == nullptr || taker.taken_at > last->taken_at) last = &taker;
  }
  return last;
}

bool IsPublic(const Definition& definition, const CaseState& state) {
  if (!definition.public_register) return false;
  const PublicRegister& shown = *definition.public_register;
  if (std::ranges::find(shown.hidden_in, state.stage) != shown.hidden_in.end()) return false;
  if (!shown.when) return true;
  const Actor nobody;
  const GuardActivation activation(definition, state, nobody, false, {}, {});
  const auto holds = shown.when->EvaluateBool(activation);
  return holds && *holds;
}

}  // namespace rasti::core
