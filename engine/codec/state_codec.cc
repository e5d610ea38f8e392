#include "engine/codec/state_codec.h"

#include "engine/codec/convert_state.h"
#include "engine/codec/parse.h"

namespace rasti::codec {

std::string EncodeState(const core::CaseState& state) {
  v1::CaseState message;
  ToWire(state, message);
  return message.SerializeAsString();
}

Result<core::CaseState> DecodeState(std::string_view bytes) {
  v1::CaseState message;
  if (!Parse(message, bytes)) {
    return Fail(Error::Corruption("not a rasti.v1.CaseState"));
  }
  core::CaseState state;
  Faults faults(ErrorCode::kCorruption);
  FromWire(message, state, faults);
  if (faults.any()) return Fail(faults.Take());
  return state;
}

}  // namespace rasti::codec
