// librdkafka's objects with owners, and its errors as ours.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/log/kafka/link_faults.h"

namespace rasti::log::kafka {

/// What librdkafka hands to the callbacks of each of our clients.
struct ClientContext {
  void* owner = nullptr;  // of the callbacks; null where it has none
  LinkFaults faults;
};

struct Deleter {
  void operator()(rd_kafka_t* client) const { Destroy(client, 0); }
  /// `flags`: RD_KAFKA_DESTROY_F_...
  static void Destroy(rd_kafka_t* client, int flags);
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_consumer_group_metadata_t* group) const { rd_kafka_consumer_group_metadata_destroy(group); }
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_ConfigResource_t* resource) const { rd_kafka_ConfigResource_destroy(resource); }
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
  void operator()(rd_kafka_DeleteRecords_t* deletion) const { rd_kafka_DeleteRecords_destroy(deletion); }
};
template <class T>
using Owned = std::unique_ptr<T, Deleter>;

using Client = Owned<rd_kafka_t>;
using Conf = Owned<rd_kafka_conf_t>;
using PartitionList = Owned<rd_kafka_topic_partition_list_t>;
using Queue = Owned<rd_kafka_queue_t>;
using Topic = Owned<rd_kafka_topic_t>;
using Message = Owned<rd_kafka_message_t>;
using KafkaError = Owned<rd_kafka_error_t>;

/// `what` was being done: "commands-3: ...". The code tells what the caller can do about it.
Error ToError(rd_kafka_resp_err_t code, const std::string& what, const char* reason = nullptr);
Error ToError(const rd_kafka_error_t& error, const std::string& what);
/// Success for a null error.
Status ToStatus(const KafkaError& error, const std::string& what);

using Settings = std::map<std::string, std::string>;
/// Errors: kInvalidArgument naming the setting.
Result<Conf> MakeConf(const Settings& settings);
/// Takes the configuration over; its callbacks get `owner` through OwnerOf. Errors: kInvalidArgument.
Result<Client> MakeClient(rd_kafka_type_t type, Conf conf, void* owner = nullptr);
template <class T>
T& OwnerOf(void* opaque) {
  return *static_cast<T*>(static_cast<ClientContext*>(opaque)->owner);
}

/// What kept a client from the brokers since they answered it, as far as it was told: by rd_kafka_poll, or as a member
/// by consuming.
std::optional<Error> FaultOf(rd_kafka_t* client);
/// The brokers answered this client: what was told before keeps nobody from them. The first also takes in what the
/// client has not been told yet, so it is not for callbacks.
void NoteAnswer(rd_kafka_t* client);
void NoteAnswerInCallback(rd_kafka_t* client);
/// The error, with what kept the client from the brokers where it says only that no answer came. Still kUnavailable,
/// whatever that was: a log that is open has reached its brokers with these settings, so it passes, or whoever reads of
/// it mends it while the node tries again. Only where nothing was reached yet a fault is the end (CheckTopics).
Error Explained(Error error, rd_kafka_t* client);

}  // namespace rasti::log::kafka
