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

Result<Client> MakeClient(rd_kafka_type_t type, Conf conf) {
  std::array<char, 512> reason{};
  Client client(rd_kafka_new(type, conf.get(), reason.data(), reason.size()));
  if (client == nullptr) return Fail(Error::Invalid(fmt::format("kafka: {}", reason.data())));
  static_cast<void>(conf.release());
  return client;
}

}  // namespace rasti::log::kafka
