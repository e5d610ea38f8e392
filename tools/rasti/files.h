// What words of the command line name, and randomness; small files are read and written by engine/base/file.h.
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/file.h"
#include "engine/base/result.h"
#include "engine/base/uuid.h"

namespace rasti::cli {

/// What `--form`, `--text` and the like name: "@file" is the file's content, "-" stdin's, anything else itself.
Result<std::string> TextOrFile(const std::string& argument);

/// A file with a key, `what` says of what, that only its owner may read. Errors: those of ReadFile; kPermission (others
/// may read or change it: the message says how to mend that).
Result<std::string> ReadSecret(const std::string& path, const std::string& what);

/// From the system's generator.
std::string RandomBytes(size_t count);
/// Version 4.
Uuid RandomUuid();
/// Version 7 of that instant, for new cases of a log whose clock may be virtual.
Uuid NewCaseUuid(Instant now);

}  // namespace rasti::cli
