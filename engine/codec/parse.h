// Parsing a message from bytes.
#pragma once

#include <google/protobuf/message_lite.h>

#include <string_view>

namespace rasti::codec {

/// False where the bytes are no such message. Protobuf would also write to standard error of strings that are not
/// UTF-8; it is kept from that, because bytes come from outside and the caller reports. REQUIRES: less than 2 GiB.
bool Parse(google::protobuf::MessageLite& message, std::string_view bytes);

}  // namespace rasti::codec
