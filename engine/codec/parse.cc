#include "engine/codec/parse.h"

#include <google/protobuf/stubs/logging.h>

namespace rasti::codec {

bool Parse(google::protobuf::MessageLite& message, std::string_view bytes) {
  [[maybe_unused]] static const bool silenced = (google::protobuf::SetLogHandler(nullptr), true);
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace rasti::codec
