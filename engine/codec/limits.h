// How large a record may be. Generous for text: attachments are stored elsewhere and only named by their SHA-256.
#pragma once

#include <cstddef>

namespace rasti::codec {

/// A serialised rasti.v1.Event. Kafka's default limit of a message is 1 MiB too; the Stored around it and the headers
/// are what the topic's max.message.bytes is raised for.
inline constexpr size_t kEventBytesMost = size_t{1} << 20;

/// A serialised rasti.v1.Command, alone or in a Signed. The first event of a decision holds the Signed as well as what
/// became of it, so this is a quarter of the above.
inline constexpr size_t kCommandBytesMost = size_t{256} << 10;

}  // namespace rasti::codec
