// The hash chain of a case: each event's body holds the hash of the case's event before it.
//
// The hash is taken over the body's raw bytes as they were written, never over re-serialised ones: a reader of another
// version, or of another language, gets the same. Thread-safe.
#pragma once

#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/uuid.h"

namespace rasti::audit {

/// SHA-256("rasti-event-v1\0" || body). The prefix keeps an event's hash from being one of anything else.
Hash256 EventHash(std::string_view body);

/// What a case's first event holds as prev_hash: SHA-256 of the 16 bytes of its case_id.
Hash256 FirstPrevHash(const Uuid& case_id);

}  // namespace rasti::audit
