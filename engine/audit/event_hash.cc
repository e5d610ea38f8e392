#include "engine/audit/event_hash.h"

namespace rasti::audit {
namespace {

constexpr std::string_view kEventDomain{"rasti-event-v1\0", 15};

}  // namespace

Hash256 EventHash(std::string_view body) { return Sha256({kEventDomain, body}); }

Hash256 FirstPrevHash(const Uuid& case_id) { return Sha256({case_id.AsBytes()}); }

}  // namespace rasti::audit
