#include "engine/codec/command_codec.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>

#include "engine/base/check.h"
#include "engine/codec/convert_command.h"
#include "engine/codec/parse.h"

namespace rasti::codec {
namespace {

constexpr std::string_view kCommandDomain{"rasti-command-v1\0", 17};
constexpr size_t kMacSize = 32;

using Mac = std::array<unsigned char, kMacSize>;

// One key's HMAC, to be used again: keying it and finding the algorithm cost as much as a short command's hash.
class Keyed {
 public:
  Keyed() {
    EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_.reset(hmac == nullptr ? nullptr : EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);
    RASTI_CHECK(context_ != nullptr, "OpenSSL has HMAC");
  }

  Mac Of(std::string_view body, std::string_view key) {
    const bool started = key_ == key ? EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 : UseKey(key);
    Mac mac;
    size_t size = 0;
    const bool made = started && Update(kCommandDomain) && Update(body) &&
                      EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) == 1;
    RASTI_CHECK(made && size == mac.size(), "HMAC-SHA256 gives 32 bytes");
    return mac;
  }

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };

  bool UseKey(std::string_view key) {
    std::array<char, 7> digest{"SHA256"};
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    key_ = key;
    return EVP_MAC_init(context_.get(), reinterpret_cast<const unsigned char*>(key.data()), key.size(),
                        parameters.data()) == 1;
  }
  bool Update(std::string_view bytes) {
    return EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  }

  std::unique_ptr<EVP_MAC_CTX, Free> context_;
  std::string key_;  // empty: none was used yet
};

/// REQUIRES: the key is not empty.
Mac MacOf(std::string_view body, std::string_view key) {
  thread_local Keyed keyed;
  return keyed.Of(body, key);
}

Status CheckSize(size_t size) {
  if (size <= kCommandBytesMost) return {};
  return Fail(Error::OutOfRange(
      fmt::format("a command of {} bytes, more than the {} that one may have", size, kCommandBytesMost)));
}

}  // namespace

std::string EncodeCommand(const core::Command& command) {
  v1::Command message;
  ToWire(command, message);
  return message.SerializeAsString();
}

Result<core::Command> DecodeCommand(std::string_view body) {
  RASTI_CHECKED(CheckSize(body.size()));
  v1::Command message;
  if (!Parse(message, body)) {
    return Fail(Error::Invalid("not a rasti.v1.Command"));
  }
  core::Command command;
  Faults faults(ErrorCode::kInvalidArgument);
  FromWire(message, command, faults);
  if (faults.any()) return Fail(faults.Take());
  return command;
}

SignedCommand SignCommand(std::string body, std::string key_id, std::string_view key) {
  RASTI_CHECK(!key.empty(), "an empty key signs nothing");
  const Mac mac = MacOf(body, key);
  return {.body = std::move(body), .key_id = std::move(key_id), .mac = std::string(mac.begin(), mac.end())};
}

bool VerifyMac(const SignedCommand& command, std::string_view key) {
  if (key.empty() || command.mac.size() != kMacSize) return false;
  const Mac mac = MacOf(command.body, key);
  return CRYPTO_memcmp(mac.data(), command.mac.data(), mac.size()) == 0;
}

std::string EncodeSigned(const SignedCommand& command) {
  v1::Signed message;
  message.set_body(command.body);
  message.set_key_id(command.key_id);
  message.set_mac(command.mac);
  return message.SerializeAsString();
}

Result<SignedCommand> ParseSigned(std::string_view bytes) {
  if (bytes.size() > kSignedBytesMost) RASTI_CHECKED(CheckSize(bytes.size()));
  v1::Signed message;
  if (!Parse(message, bytes)) {
    return Fail(Error::Invalid("not a rasti.v1.Signed"));
  }
  RASTI_CHECKED(CheckSize(message.body().size()));
  return SignedCommand{.body = std::move(*message.mutable_body()),
                       .key_id = std::move(*message.mutable_key_id()),
                       .mac = std::move(*message.mutable_mac())};
}

Status CheckIsSigned(const SignedCommand& command) {
  if (command.key_id.empty()) return Fail(Error::Invalid("key_id: missing"));
  if (command.mac.size() == kMacSize) return {};
  return Fail(Error::Invalid(fmt::format("mac: has {} bytes, not {}", command.mac.size(), kMacSize)));
}

Result<SignedCommand> DecodeSigned(std::string_view bytes) {
  RASTI_TRY(SignedCommand command, ParseSigned(bytes));
  RASTI_CHECKED(CheckIsSigned(command));
  return command;
}

CommandClaims ReadClaims(std::string_view signed_command) {
  v1::Signed envelope;
  v1::Command command;
  CommandClaims claims;
  if (!Parse(envelope, signed_command) || envelope.body().empty() || !Parse(command, envelope.body())) return claims;
  claims.is_command = true;
  claims.submitter = core::SubmitterId(command.submitter());
  claims.command_id = core::CommandId(command.command_id());
  Faults faults(ErrorCode::kInvalidArgument);
  core::CaseId case_id;
  FromWire(command.case_id(), case_id, "case_id", faults);
  if (!faults.any()) claims.case_id = case_id;
  return claims;
}

}  // namespace rasti::codec
