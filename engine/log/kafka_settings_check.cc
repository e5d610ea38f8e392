#include "engine/log/kafka_settings_check.h"

#include "engine/log/kafka/clients.h"

namespace rasti::log {
namespace {

using namespace kafka;  // NOLINT(google-build-using-namespace): this file is of its face

void Ignore(rd_kafka_t*, const rd_kafka_message_t*, void*) {}
void StayAsYouAre(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) {}

Status ThrowAway(Result<Client> made) {
  if (!made) return Fail(made.error());
  // One of a group has none to leave.
  Deleter::Destroy(made->release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  return {};
}

}  // namespace

Status CheckKafkaSettings(KafkaLogOptions options) {
  options.brokers.clear();
  for (const char* const name : {"bootstrap.servers", "metadata.broker.list"}) options.client_settings.erase(name);
  const KafkaLogOptions defaults;
  if (options.group.empty()) options.group = defaults.group;
  if (options.node.empty()) options.node = defaults.node;
  RASTI_CHECKED(ThrowAway(MakeReader(options, Isolation::kCommitted)));
  RASTI_CHECKED(ThrowAway(MakeInquirer(options, Isolation::kUncommitted)));
  RASTI_CHECKED(ThrowAway(MakeMember(options, 0, StayAsYouAre, nullptr)));
  RASTI_CHECKED(ThrowAway(MakeTransactional(options, 0, 0)));
  RASTI_CHECKED(ThrowAway(MakeWriter(options, Ignore, nullptr)));
  return ThrowAway(MakeMarkWriter(options, Ignore, nullptr));
}

}  // namespace rasti::log
