// Events as the log keeps them. The input is a row of bodies: each gets the frame and the hash that belong to it, as
// somebody with access to the log would write it. What is accepted must mean the same when it is written again, and any
// fold of it must come to an end, be the same twice, and be kept by the state store as it is.
#include <algorithm>

#include "engine/audit/event_hash.h"
#include "engine/codec/cloud_event.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/json.h"
#include "engine/codec/state_codec.h"
#include "engine/codec/stored.h"
#include "engine/core/apply.h"
#include "proto/rasti/v1/event.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_row.h"

namespace rasti::fuzz {

const google::protobuf::Message& RowItem() { return v1::Event::default_instance(); }

namespace {

// What an event may grow by when it is written again: parts that were left out are there then.
constexpr size_t kGrowthMost = 1024;

std::string Framed(std::string_view body) {
  codec::StoredFrame frame(body.size());
  std::copy(body.begin(), body.end(), frame.body());
  frame.Finish(audit::EventHash(body));
  return frame.bytes;
}

void CheckWrittenAgain(const core::Event& event, size_t body_size) {
  const auto encoded = codec::EncodeEvent(event);
  if (!encoded) {
    RASTI_CHECK(encoded.error().code == ErrorCode::kOutOfRange && body_size + kGrowthMost > codec::kEventBytesMost,
                "what was read can be written");
    return;
  }
  const auto decoded = codec::DecodeEvent(encoded->stored);
  RASTI_CHECK(decoded.has_value(), "what was written can be read");
  RASTI_CHECK(decoded->event == event, "it means the same");
  RASTI_CHECK(decoded->hash == encoded->hash && audit::EventHash(encoded->body()) == encoded->hash,
              "the hash is that of the body");
}

void CheckShown(const core::Event& event) {
  const auto json = codec::ToJson(event, {.show_personal = true});
  RASTI_CHECK(!json.dump().empty(), "an event can be shown");
  RASTI_CHECK(!codec::CloudEventWriter().HeadersOf(event).empty(), "an event has headers");
}

void CheckState(const core::CaseState& state) {
  const auto kept = codec::DecodeState(codec::EncodeState(state));
  RASTI_CHECK(kept.has_value() && *kept == state, "the store keeps a state as it is");
  RASTI_CHECK(!codec::ToJson(state).dump().empty(), "a state can be shown");
  const auto timer = core::NextTimer(state);
  const auto wall_timer = core::NextWallTimer(state);
  RASTI_CHECK(!wall_timer || timer, "wall time waits for a timer of the case");
}

// The event as the next one of the case, whatever it said of its place.
core::Event InPlace(core::Event event, const core::CaseState& state) {
  auto context = std::make_shared<core::EventContext>(event.ctx());
  if (state.revision.value > 0) context->case_id = state.id;
  event.context = std::move(context);
  event.revision = state.revision.Next();
  return event;
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  const std::string_view input = AsText(data, size);
  if (const auto whole = codec::DecodeEvent(input); !whole) CheckError(whole.error());

  codec::EventDecoder decoder;
  core::CaseState any;      // of all that was read, one behind the other
  core::CaseState careful;  // of what a reader that trusts nobody takes in
  std::vector<core::Event> applied;
  for (const std::string_view body : SplitRow(input)) {
    const auto decoded = decoder.Decode(Framed(body));
    if (!decoded) {
      CheckError(decoded.error());
      continue;
    }
    const core::Event& event = decoded->event;
    CheckWrittenAgain(event, body.size());
    CheckShown(event);
    // A decoder that has read others before reads it as a fresh one does.
    const auto alone = codec::DecodeEvent(Framed(body));
    RASTI_CHECK(alone.has_value() && *alone == *decoded, "what an event means does not depend on the ones before");

    applied.push_back(InPlace(event, any));
    core::Apply(any, applied.back());
    CheckState(any);

    core::Event next = event;
    next.revision = careful.revision.Next();
    if (!core::WhyNotNext(careful, next)) {
      core::Apply(careful, next);
      CheckState(careful);
    }
  }

  core::CaseState again;
  for (const core::Event& event : applied) {
    const auto kept = codec::EncodeEvent(event);
    if (!kept) return 0;
    core::Apply(again, codec::DecodeEvent(kept->stored)->event);
  }
  RASTI_CHECK(again == any, "the same events give the same case");
  return 0;
}
