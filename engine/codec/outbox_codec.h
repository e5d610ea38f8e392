// Outbox entries to and from bytes (rasti.v1.OutboxEntry). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/core/decide.h"

namespace rasti::codec {

std::string EncodeOutboxEntry(const core::OutboxEntry& entry);
/// Errors: kCorruption, kUnsupportedVersion (a recipient that only a newer engine knows).
Result<core::OutboxEntry> DecodeOutboxEntry(std::string_view bytes);

}  // namespace rasti::codec
