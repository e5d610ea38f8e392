#include "engine/log/kafka/handles.h"

#include <fmt/format.h>

#include <array>

namespace rasti::log::kafka {
namespace {

ErrorCode CodeOf(rd_kafka_resp_err_t code) {
  switch (static_cast<int>(code)) {
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH: return ErrorCode::kFenced;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: return ErrorCode::kNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return ErrorCode::kAlreadyExists;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED: return ErrorCode::kPermission;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR__INVALID_ARG: return ErrorCode::kInvalidArgument;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG: return ErrorCode::kCorruption;
    default: return ErrorCode::kUnavailable;
  }
}

void NoteError(rd_kafka_t*, int code, const char* reason, void* opaque) {
  static_cast<ClientContext*>(opaque)->faults.Note(static_cast<rd_kafka_resp_err_t>(code), reason);
}

// Refuses what OpenSSL refuses, and remembers why: librdkafka's own words name no reason.
int NoteCertificate(rd_kafka_t*, const char* broker, int32_t, int* x509_error, int, const char*, size_t, char*, size_t,
                    void* opaque) {
  if (*x509_error == 0) return 1;
  static_cast<ClientContext*>(opaque)->faults.NoteCertificate(broker, *x509_error);
  return 0;
}

}  // namespace

Error ToError(rd_kafka_resp_err_t code, const std::string& what, const char* reason) {
  return {CodeOf(code), fmt::format("kafka: {}: {} ({})", what, reason == nullptr ? rd_kafka_err2str(code) : reason,
                                    rd_kafka_err2name(code))};
}

Error ToError(const rd_kafka_error_t& error, const std::string& what) {
  return ToError(rd_kafka_error_code(&error), what, rd_kafka_error_string(&error));
}

Status ToStatus(const KafkaError& error, const std::string& what) {
  if (error == nullptr) return {};
  return Fail(ToError(*error, what));
}

void Deleter::Destroy(rd_kafka_t* client, int flags) {
  const std::unique_ptr<ClientContext> context(static_cast<ClientContext*>(rd_kafka_opaque(client)));
  rd_kafka_destroy_flags(client, flags);
}

Result<Conf> MakeConf(const Settings& settings) {
  Conf conf(rd_kafka_conf_new());
  std::array<char, 512> reason{};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK) {
      return Fail(Error::Invalid(fmt::format("kafka: setting {}: {}", name, reason.data())));
    }
  }
  return conf;
}

Result<Client> MakeClient(rd_kafka_type_t type, Conf conf, void* owner) {
  auto context = std::make_unique<ClientContext>();
  context->owner = owner;
  rd_kafka_conf_set_opaque(conf.get(), context.get());
  rd_kafka_conf_set_error_cb(conf.get(), NoteError);
  rd_kafka_conf_set_ssl_cert_verify_cb(conf.get(), NoteCertificate);
  std::array<char, 512> reason{};
  Client client(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (client == nullptr) return Fail(Error::Invalid(fmt::format("kafka: {}", reason.data())));
  static_cast<void>(conf.release());
  static_cast<void>(context.release());  // goes with the client
  return client;
}

std::optional<Error> FaultOf(rd_kafka_t* client) {
  return static_cast<ClientContext*>(rd_kafka_opaque(client))->faults.worst();
}

void NoteAnswer(rd_kafka_t* client) {
  rd_kafka_poll(client, 0);
  NoteAnswerInCallback(client);
}

void NoteAnswerInCallback(rd_kafka_t* client) { static_cast<ClientContext*>(rd_kafka_opaque(client))->faults.Forget(); }

Error Explained(Error error, rd_kafka_t* client) {
  if (error.code != ErrorCode::kUnavailable) return error;
  if (const auto fault = FaultOf(client)) error.message += ": " + fault->message;
  return error;
}

}  // namespace rasti::log::kafka
