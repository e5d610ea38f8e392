// Whether librdkafka takes the settings of a log, before anything connects with them.
#pragma once

#include "engine/log/kafka_event_log.h"

namespace rasti::log {

/// Makes the clients of a node as a start does, with nobody to connect to, and throws them away. Certificates and keys
/// that the settings name are read. Errors: kInvalidArgument (the setting, or the file, and what is wrong with it).
Status CheckKafkaSettings(KafkaLogOptions options);

}  // namespace rasti::log
