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

/// A Signed: a command, its signature and the name of the key.
inline constexpr size_t kSignedBytesMost = kCommandBytesMost + 1024;

/// Key and value of a record whose bytes a dead letter keeps. More than brokers take by default (1 MiB).
inline constexpr size_t kDeadLetterBytesMost = size_t{3} << 19;

}  // namespace rasti::codec
