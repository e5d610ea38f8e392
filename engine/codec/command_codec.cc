#include "engine/codec/command_codec.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "engine/base/check.h"
#include "engine/codec/convert_command.h"
#include "engine/codec/parse.h"

namespace rasti::codec {
namespace {

constexpr std::string_view kCommandDomain{"rasti-command-v1\0", 17};
constexpr size_t kMacSize = 32;

using Mac = std::array<unsigned char, kMacSize>;

Mac MacOf(std::string_view body, std::string_view key) {
  std::string input;
  input.reserve(kCommandDomain.size() + body.size());
  input.append(kCommandDomain).append(body);
  Mac mac;
  unsigned int size = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(input.data()),
           input.size(), mac.data(), &size);
  RASTI_CHECK(made != nullptr && size == mac.size(), "HMAC-SHA256 gives 32 bytes");
  return mac;
}

Status CheckSize(size_t size) {
  if (size <= kCommandBytesMost) return {};
  return Fail(Error::Invalid(
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

Result<SignedCommand> DecodeSigned(std::string_view bytes) {
  // Room for the key id and the mac around the body, whose own size is checked below.
  constexpr size_t kAround = 1024;
  if (bytes.size() > kCommandBytesMost + kAround) RASTI_CHECKED(CheckSize(bytes.size()));
  v1::Signed message;
  if (!Parse(message, bytes)) {
    return Fail(Error::Invalid("not a rasti.v1.Signed"));
  }
  RASTI_CHECKED(CheckSize(message.body().size()));
  if (message.key_id().empty()) return Fail(Error::Invalid("key_id: missing"));
  if (message.mac().size() != kMacSize) {
    return Fail(Error::Invalid(fmt::format("mac: has {} bytes, not {}", message.mac().size(), kMacSize)));
  }
  return SignedCommand{.body = std::move(*message.mutable_body()),
                       .key_id = std::move(*message.mutable_key_id()),
                       .mac = std::move(*message.mutable_mac())};
}

}  // namespace rasti::codec
