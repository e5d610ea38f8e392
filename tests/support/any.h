// Any values of core's types, drawn by RapidCheck and shrunk by it: strings are UTF-8, instants fit RFC 3339,
// everything else is as wild as its type. They need not make sense together; for lives that a case could have, see
// random_life.h.
//
// REQUIRES of all functions: called from within a property, that is from what rc::check runs.
//
// Plain functions instead of an rc::Arbitrary for each type: those took minutes to compile.
#pragma once

#include <string>
#include <variant>

#include "engine/core/case_state.h"
#include "engine/core/command.h"
#include "engine/core/decide.h"
#include "engine/core/event.h"

namespace rasti::test {

std::string AnyText();
std::string AnyBytes();
int64_t AnyNumber(int64_t least, int64_t most);
core::CaseId AnyCaseId();

inline constexpr size_t kEventPayloadCount = std::variant_size_v<core::EventPayload>;
inline constexpr size_t kCommandPayloadCount = std::variant_size_v<core::CommandPayload>;

core::Event AnyEvent();
/// With a payload of the given alternative of core::EventPayload.
core::Event AnyEventOf(size_t alternative);

core::Command AnyCommand();
core::Command AnyCommandOf(size_t alternative);

core::CaseState AnyCaseState();
core::Rejection AnyRejection();
core::OutboxEntry AnyOutboxEntry();

/// The bytes with up to three of them changed. REQUIRES: not empty.
std::string AnyDamageTo(std::string bytes);

}  // namespace rasti::test
