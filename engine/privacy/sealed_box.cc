#include "engine/privacy/sealed_box.h"

#include <sodium.h>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace rasti::privacy {
namespace {

static_assert(crypto_box_PUBLICKEYBYTES == kKeyBytes && crypto_box_SECRETKEYBYTES == kKeyBytes);

using Bytes = std::array<uint8_t, kKeyBytes>;

constexpr std::string_view kPublicPrefix = "rasti-public-key-1 ";
constexpr std::string_view kPrivatePrefix = "rasti-private-key-1 ";
constexpr size_t kIdDigits = 16;

void Ready() {
  static const bool ready = sodium_init() >= 0;
  RASTI_CHECK(ready, "libsodium can be initialised");
}

const unsigned char* Data(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

// In constant time: one of the two kinds is a secret.
std::string ToLine(std::string_view prefix, const Bytes& bytes) {
  std::array<char, 2 * kKeyBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  std::string line(prefix);
  line.append(hex.data(), 2 * kKeyBytes).append("\n");
  sodium_memzero(hex.data(), hex.size());
  return line;
}

Result<Bytes> ParseLine(std::string_view text, std::string_view prefix, std::string_view kind) {
  const auto wrong = [&](std::string_view what) {
    return Fail(Error::Invalid(std::string(what) + "; a " + std::string(kind) +
                               " key is one line: " + std::string(prefix) + "and 64 hexadecimal digits"));
  };
  if (!text.starts_with(prefix)) {
    if (text.starts_with(kPublicPrefix)) return wrong("this is a public key");
    if (text.starts_with(kPrivatePrefix)) return wrong("this is a private key");
    return wrong("no key");
  }
  text.remove_prefix(prefix.size());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  Bytes bytes{};
  size_t size = 0;
  const char* end = nullptr;
  const int parsed = sodium_hex2bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end);
  if (parsed != 0 || size != bytes.size() || end != text.data() + text.size()) return wrong("damaged");
  return bytes;
}

}  // namespace

std::string PublicKey::id() const {
  const std::string_view bytes(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
  return ToHex(AsBytes(Sha256({kPublicPrefix, bytes}))).substr(0, kIdDigits);
}

PrivateKey PrivateKey::Generate() {
  Ready();
  PrivateKey key;
  Bytes public_half{};
  RASTI_CHECK(crypto_box_keypair(public_half.data(), key.bytes_.data()) == 0, "a key pair can be made");
  return key;
}

PrivateKey::~PrivateKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

PublicKey PrivateKey::public_key() const {
  Ready();
  Bytes bytes{};
  RASTI_CHECK(crypto_scalarmult_base(bytes.data(), bytes_.data()) == 0, "a private key has a public half");
  return PublicKey(bytes);
}

std::string ToText(const PublicKey& key) { return ToLine(kPublicPrefix, key.bytes()); }
std::string ToText(const PrivateKey& key) { return ToLine(kPrivatePrefix, key.bytes()); }

Result<PublicKey> ParsePublicKey(std::string_view text) {
  RASTI_TRY(const Bytes bytes, ParseLine(text, kPublicPrefix, "public"));
  PublicKey key(bytes);
  // A point of low order would seal to everybody; libsodium refuses it, here and not at the first use.
  Bytes shared{};
  if (crypto_scalarmult(shared.data(), PrivateKey::Generate().bytes().data(), bytes.data()) != 0) {
    return Fail(Error::Invalid("no public key: nothing can be sealed to it"));
  }
  return key;
}

Result<PrivateKey> ParsePrivateKey(std::string_view text) {
  RASTI_TRY(Bytes bytes, ParseLine(text, kPrivatePrefix, "private"));
  const PrivateKey key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

std::string Seal(std::string_view plain, const PublicKey& to) {
  Ready();
  std::string sealed(plain.size() + crypto_box_SEALBYTES, '\0');
  const int done =
      crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()), Data(plain), plain.size(), to.bytes().data());
  RASTI_CHECK(done == 0, "a public key was checked when it was read");
  return sealed;
}

Result<std::string> Open(std::string_view sealed, const PrivateKey& key) {
  const Error wrong = Error::Invalid("sealed to another key, or damaged");
  if (sealed.size() < crypto_box_SEALBYTES) return Fail(wrong);
  const PublicKey public_key = key.public_key();
  std::string plain(sealed.size() - crypto_box_SEALBYTES, '\0');
  const int done = crypto_box_seal_open(reinterpret_cast<unsigned char*>(plain.data()), Data(sealed), sealed.size(),
                                        public_key.bytes().data(), key.bytes().data());
  if (done != 0) return Fail(wrong);
  return plain;
}

}  // namespace rasti::privacy
