#include "engine/base/file_hash.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/system_error.h"

namespace rasti {
namespace {

constexpr size_t kPiece = size_t{1} << 20;

struct CloseFile {
  void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

Result<Hash256> Sha256OfFile(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) return Fail(SystemError("read", path, errno));
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  RASTI_CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1, "SHA-256 is there");
  std::vector<char> piece(kPiece);
  for (;;) {
    const size_t got = std::fread(piece.data(), 1, piece.size(), file.get());
    RASTI_CHECK(EVP_DigestUpdate(context.get(), piece.data(), got) == 1, "SHA-256 takes bytes");
    if (got == piece.size()) continue;
    if (std::ferror(file.get()) != 0) return Fail(SystemError("read", path, errno));
    break;
  }
  Hash256 hash;
  RASTI_CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) == 1, "SHA-256 ends");
  return hash;
}

}  // namespace rasti
