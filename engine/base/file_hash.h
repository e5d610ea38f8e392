// SHA-256 of a file's content.
#pragma once

#include <string>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace rasti {

/// Reads the whole file. Errors: kNotFound, kPermission, kIo; they name it.
Result<Hash256> Sha256OfFile(const std::string& path);

}  // namespace rasti
