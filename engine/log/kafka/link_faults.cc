#include "engine/log/kafka/link_faults.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <string_view>

namespace rasti::log::kafka {
namespace {

std::string RemedyOf(int x509_error) {
  switch (x509_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return "have the broker's certificate renewed";
    case X509_V_ERR_CERT_NOT_YET_VALID: return "set this machine's clock right, or the broker's certificate";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the brokers have to be named as their certificates name them (subjectAltName)";
    default: return "set ssl.ca.location to the certificate of the authority that signed the brokers' certificates";
  }
}

// Brokers of Kafka 3.7.2, 3.8.1, 3.9 and later refuse the SCRAM of librdkafka before 2.6.1 as if the password were
// wrong (CVE-2024-56128, confluentinc/librdkafka#4895).
constexpr int kScramWorksFrom = 0x020601ff;

std::string CredentialsRemedy(std::string_view reason) {
  std::string remedy = "set sasl.mechanism, sasl.username and sasl.password to those of a user of the brokers";
  if (rd_kafka_version() < kScramWorksFrom && reason.find("SCRAM") != std::string_view::npos) {
    remedy += fmt::format(
        "; SCRAM with brokers of Kafka 3.8.1 and later takes librdkafka 2.6.1, and this is {}: "
        "tools/librdkafka.sh",
        rd_kafka_version_str());
  }
  return remedy;
}

// A broker's alert, as where it wants a certificate, comes as a connection that broke. So does a broker that went away
// without a farewell, which OpenSSL 3 has an error for (confluentinc/librdkafka#4293), and that is nothing but the end
// of a connection; in a handshake, where librdkafka has a code for it, it is what a listener without TLS does.
bool IsAlert(std::string_view reason) {
  return reason.find("SSL routines") != std::string_view::npos &&
         reason.find("unexpected eof") == std::string_view::npos;
}

}  // namespace

void LinkFaults::Note(rd_kafka_resp_err_t code, const char* reason) {
  const auto told = static_cast<int>(code);
  const bool is_alert = told == RD_KAFKA_RESP_ERR__TRANSPORT && IsAlert(reason);
  if (told == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
    Keep(Kind::kCredentials, {reason, CredentialsRemedy(reason)});
  } else if (told == RD_KAFKA_RESP_ERR__SSL || is_alert) {
    Keep(Kind::kTls,
         {reason,
          "set security.protocol to what the listener speaks and ssl.ca.location; where the brokers ask for "
          "a certificate, ssl.certificate.location and ssl.key.location too"});
  } else if (told == RD_KAFKA_RESP_ERR__RESOLVE) {
    Keep(Kind::kName, {reason, "check the brokers' names"});
  } else if (told == RD_KAFKA_RESP_ERR__TRANSPORT) {
    Keep(Kind::kNetwork, {reason, ""});
  }
}

void LinkFaults::NoteCertificate(const char* broker, int x509_error) {
  Keep(Kind::kCertificate,
       {fmt::format("the certificate of {} is refused: {}", broker, X509_verify_cert_error_string(x509_error)),
        RemedyOf(x509_error)});
}

void LinkFaults::Keep(Kind kind, Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_[kind] = std::move(fault);
}

void LinkFaults::Forget() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

std::optional<Error> LinkFaults::worst() const {
  const std::lock_guard lock(mutex_);
  if (faults_.empty()) return std::nullopt;
  const auto& [kind, fault] = *faults_.begin();
  const bool is_final = kind == Kind::kCredentials || kind == Kind::kCertificate || kind == Kind::kTls;
  return Error{is_final ? ErrorCode::kPermission : ErrorCode::kUnavailable,
               fault.remedy.empty() ? fault.reason : fmt::format("{}; {}", fault.reason, fault.remedy)};
}

}  // namespace rasti::log::kafka
