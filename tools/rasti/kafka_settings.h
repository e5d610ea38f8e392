// How the brokers of a log are reached: options of the command line, the settings file, secrets.
//
// The settings file has lines "name=value", as librdkafka and the Java client have them. A password is never an option
// of the command line. It stands in the file (which others may then not read), in a file that `sasl.password.file` or
// `ssl.key.password.file` names, or in RASTI_KAFKA_PASSWORD or RASTI_KAFKA_KEY_PASSWORD. A private key stands in the
// file, or in one of its own that a group may read, as Debian's ssl-cert, and nobody else.
#pragma once

#include "engine/log/kafka_event_log.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

/// Errors: those of the files: kNotFound, kPermission (others may read a password or a key in it), kInvalidArgument
/// with the line.
Result<log::KafkaLogOptions> KafkaOptionsOf(const KafkaPlace& place);

/// Where brokers refuse the client, says where that is set.
Error WithSettingsFile(Error error, const KafkaPlace& place);

}  // namespace rasti::cli
