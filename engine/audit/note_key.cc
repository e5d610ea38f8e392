#include "engine/audit/note_key.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

#include "engine/audit/base64.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace rasti::audit {
namespace {

using Bytes32 = std::array<uint8_t, 32>;
static_assert(crypto_sign_ed25519_SEEDBYTES == 32 && crypto_sign_ed25519_PUBLICKEYBYTES == 32);

constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr size_t kNameMost = 200;
constexpr size_t kIdDigits = 8;
constexpr size_t kTimeBytes = 8;

void Ready() {
  static const bool ready = sodium_init() >= 0;
  RASTI_CHECK(ready, "libsodium can be initialised");
}

const unsigned char* Data(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string_view View(const Bytes32& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Expands a seed to what libsodium signs with, and wipes that again.
class ExpandedKey {
 public:
  explicit ExpandedKey(const Bytes32& seed) {
    Ready();
    RASTI_CHECK(crypto_sign_ed25519_seed_keypair(public_.data(), secret_.data(), seed.data()) == 0,
                "a seed makes a key pair");
  }
  ~ExpandedKey() { sodium_memzero(secret_.data(), secret_.size()); }
  ExpandedKey(const ExpandedKey&) = delete;
  ExpandedKey& operator=(const ExpandedKey&) = delete;

  const Bytes32& public_key() const { return public_; }
  std::string Sign(std::string_view message) const {
    std::string signature(crypto_sign_ed25519_BYTES, '\0');
    crypto_sign_ed25519_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Data(message),
                                 message.size(), secret_.data());
    return signature;
  }

 private:
  Bytes32 public_{};
  std::array<uint8_t, crypto_sign_ed25519_SECRETKEYBYTES> secret_{};
};

uint32_t IdOf(std::string_view name, NoteKeyType type, const Bytes32& public_key) {
  const char type_byte = static_cast<char>(type);
  const Hash256 hash = Sha256({name, "\n", std::string_view(&type_byte, 1), View(public_key)});
  return static_cast<uint32_t>(hash[0]) << 24 | static_cast<uint32_t>(hash[1]) << 16 |
         static_cast<uint32_t>(hash[2]) << 8 | static_cast<uint32_t>(hash[3]);
}

std::string ToLine(std::string_view prefix, const VerifierKey& key, const Bytes32& bytes) {
  std::array<uint8_t, 33> typed{};
  typed[0] = static_cast<uint8_t>(key.type());
  std::copy(bytes.begin(), bytes.end(), typed.begin() + 1);
  std::string text = ToBase64({reinterpret_cast<const char*>(typed.data()), typed.size()});
  std::string line = fmt::format("{}{}+{:08x}+{}", prefix, key.name(), key.id(), text);
  sodium_memzero(typed.data(), typed.size());
  sodium_memzero(text.data(), text.size());
  return line;
}

struct Parts {
  std::string name;
  uint32_t id = 0;
  NoteKeyType type = NoteKeyType::kSignature;
  Bytes32 bytes{};
};

tl::unexpected<Error> NoKey(std::string_view why) {
  return Fail(Error::Invalid(
      fmt::format("{}; a note's key is one line NAME+ID+KEY, with 8 hexadecimal digits and base64", why)));
}

Result<Parts> ParseLine(std::string_view text) {
  // Base64 has '+' among its digits, names have not.
  const size_t behind_name = text.find('+');
  const size_t behind_id = behind_name == std::string_view::npos ? behind_name : text.find('+', behind_name + 1);
  if (behind_id == std::string_view::npos) return NoKey("no key");
  Parts parts;
  parts.name = std::string(text.substr(0, behind_name));
  if (const std::string fault = FaultOfKeyName(parts.name); !fault.empty()) return NoKey("its name " + fault);
  const std::string_view id = text.substr(behind_name + 1, behind_id - behind_name - 1);
  if (id.size() != kIdDigits || id.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return NoKey("its id is damaged");
  }
  for (const char digit : id) {
    parts.id = parts.id << 4 | static_cast<uint32_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  auto typed = FromBase64(text.substr(behind_id + 1));
  if (!typed || typed->size() != parts.bytes.size() + 1) return NoKey("it is damaged");
  parts.type = static_cast<NoteKeyType>(static_cast<uint8_t>((*typed)[0]));
  if (parts.type != NoteKeyType::kSignature && parts.type != NoteKeyType::kCosignature) {
    return NoKey(fmt::format("it is of type {}, where 1 (Ed25519) and 4 (cosignature) are known",
                             static_cast<uint8_t>((*typed)[0])));
  }
  std::copy(typed->begin() + 1, typed->end(), parts.bytes.begin());
  sodium_memzero(typed->data(), typed->size());
  return parts;
}

std::string_view WithoutLineEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string CosignedMessage(std::string_view text, int64_t seconds) {
  return fmt::format("cosignature/v1\ntime {}\n{}", seconds, text);
}

int64_t TimeOf(std::string_view signature) {
  uint64_t seconds = 0;
  for (size_t i = 0; i < kTimeBytes; ++i) seconds = seconds << 8 | static_cast<uint8_t>(signature[i]);
  return static_cast<int64_t>(seconds);
}

}  // namespace

std::string FaultOfKeyName(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > kNameMost) return fmt::format("has more than {} bytes", kNameMost);
  for (size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<uint8_t>(name[i]);
    // Other than ASCII is left out altogether: among it are spaces of many kinds, and names that look alike.
    if (byte <= 0x20 || byte >= 0x7F || byte == '+') {
      return fmt::format("holds a character at byte {} that is none of a name: ASCII without spaces and '+'", i);
    }
  }
  return "";
}

VerifierKey::VerifierKey(std::string name, NoteKeyType type, const Bytes32& public_key)
    : name_(std::move(name)), type_(type), public_key_(public_key), id_(IdOf(name_, type, public_key)) {
  RASTI_CHECK(FaultOfKeyName(name_).empty(), "a key has a name");
}

Result<VerifierKey> VerifierKey::Parse(std::string_view text) {
  text = WithoutLineEnd(text);
  if (text.starts_with(kPrivatePrefix)) return NoKey("this is a private key, where a public one is wanted");
  RASTI_TRY(const Parts parts, ParseLine(text));
  VerifierKey key(parts.name, parts.type, parts.bytes);
  if (key.id() != parts.id) return NoKey(fmt::format("its id is {:08x}, not {:08x}", key.id(), parts.id));
  return key;
}

std::string VerifierKey::ToText() const { return ToLine("", *this, public_key_); }

bool VerifierKey::Verifies(std::string_view text, std::string_view signature) const {
  Ready();
  std::string cosigned;
  std::string_view message = text;
  if (type_ == NoteKeyType::kCosignature) {
    if (signature.size() < kTimeBytes) return false;
    const int64_t seconds = TimeOf(signature);
    if (seconds < 0) return false;
    cosigned = CosignedMessage(text, seconds);
    message = cosigned;
    signature.remove_prefix(kTimeBytes);
  }
  if (signature.size() != crypto_sign_ed25519_BYTES) return false;
  return crypto_sign_ed25519_verify_detached(Data(signature), Data(message), message.size(), public_key_.data()) == 0;
}

SignerKey::SignerKey(std::string name, NoteKeyType type, const Bytes32& seed)
    : seed_(seed), verifier_(std::move(name), type, ExpandedKey(seed).public_key()) {}

SignerKey SignerKey::Generate(std::string name, NoteKeyType type) {
  Ready();
  Bytes32 seed{};
  randombytes_buf(seed.data(), seed.size());
  SignerKey key(std::move(name), type, seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SignerKey> SignerKey::Parse(std::string_view text) {
  text = WithoutLineEnd(text);
  if (!text.starts_with(kPrivatePrefix)) return NoKey("this is no private key (it would begin with PRIVATE+KEY+)");
  RASTI_TRY(Parts parts, ParseLine(text.substr(kPrivatePrefix.size())));
  SignerKey key(parts.name, parts.type, parts.bytes);
  sodium_memzero(parts.bytes.data(), parts.bytes.size());
  if (key.verifier().id() != parts.id) return NoKey("its id is not the key's");
  return key;
}

SignerKey::~SignerKey() { sodium_memzero(seed_.data(), seed_.size()); }

std::string SignerKey::ToText() const { return ToLine(kPrivatePrefix, verifier_, seed_); }

SignerKey SignerKey::Renamed(std::string name) const { return {std::move(name), verifier_.type(), seed_}; }

std::string SignerKey::Sign(std::string_view text, Instant now) const {
  const ExpandedKey key(seed_);
  if (verifier_.type() == NoteKeyType::kSignature) return key.Sign(text);
  const int64_t seconds = ToUnixMillis(now) / 1000;
  RASTI_CHECK(seconds >= 0, "witnesses see checkpoints after 1970");
  std::string signature;
  for (int shift = 56; shift >= 0; shift -= 8) signature += static_cast<char>(seconds >> shift & 0xFF);
  return signature + key.Sign(CosignedMessage(text, seconds));
}

std::optional<Instant> CosignedAt(NoteKeyType type, std::string_view signature) {
  constexpr int64_t kSecondsMost = 253'402'300'799;  // the end of the year 9999
  if (type != NoteKeyType::kCosignature || signature.size() != kTimeBytes + crypto_sign_ed25519_BYTES) return {};
  const int64_t seconds = TimeOf(signature);
  if (seconds < 0 || seconds > kSecondsMost) return {};
  return InstantFromUnixMillis(seconds * 1000);
}

}  // namespace rasti::audit
