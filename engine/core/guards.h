// The values that guards see; their types are GuardEnvironment's (definition.h).
#pragma once

#include <string_view>

#include "engine/core/case_state.h"
#include "engine/core/definition.h"
#include "engine/core/event.h"
#include "engine/core/expression/expression.h"

namespace rasti::core {

/// Reads a case as guards see it, each variable only when it is asked for. Refers to its arguments.
class GuardActivation final : public expression::Activation {
 public:
  GuardActivation(const Definition& definition, const CaseState& state, const Actor& actor, bool actor_holds,
                  std::string_view fields, Instant now)
      : definition_(definition), state_(state), actor_(actor), actor_holds_(actor_holds), fields_(fields), now_(now) {}
  expression::Value Lookup(size_t variable_index) const override;
  bool MayHave(size_t variable_index, std::string_view member) const override;

 private:
  expression::Value CaseValue() const;
  expression::Value FormValue() const;

  const Definition& definition_;
  const CaseState& state_;
  const Actor& actor_;
  bool actor_holds_;         // the case in person, or standing in for who does
  std::string_view fields_;  // of the action: a JSON object, or empty
  Instant now_;
};

/// Four eyes: what bars the actor from the action, the latest of what they took on the case; nullptr: nothing does.
const Taker* BarringTaker(const CaseState& state, const Action& action, const ActorId& actor);

/// Whether a case stands in the public register, as its definition says. A pure function of both.
bool IsPublic(const Definition& definition, const CaseState& state);

/// A JSON value as an expression sees it: integers as int, other numbers as double (as the type says where both fit).
expression::Value ValueFromJson(const nlohmann::json& data, const expression::Type& type);

}  // namespace rasti::core
