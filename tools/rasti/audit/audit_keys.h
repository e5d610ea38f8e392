// What checkpoints are signed with (engine/audit/note_key.h), in DATA/audit-keys:
//   signing.key   the private key, its owner's only; while keys change there may be several, a line each
//   earlier.txt   public keys that signed before, a line each; lines that begin with '#' are notes
//
// A key is named by the log's origin: "kosovo.example/rasti".
#pragma once

#include <string>
#include <vector>

#include "engine/audit/note_key.h"
#include "engine/base/result.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

struct AuditKeys {
  std::vector<audit::SignerKey> signing;  // none: nothing is signed here
  std::vector<audit::VerifierKey> earlier;

  /// Empty where nothing is signed here.
  std::string origin() const { return signing.empty() ? std::string() : signing.front().verifier().name(); }
};

/// Errors: kPermission (others may read the private key), kInvalidArgument (file and line), kIo.
Result<AuditKeys> ReadAuditKeys(const DataPaths& paths);

/// The first key. Errors: kAlreadyExists (there is one), kInvalidArgument (no name for a key), kNoSpace, kPermission,
/// kIo.
Result<audit::VerifierKey> MakeAuditKey(const DataPaths& paths, const std::string& origin);

/// Another one, of the same name, in place of those that sign; their public halves become earlier ones. Errors:
/// kNotFound (there is none), and as above.
Result<audit::VerifierKey> RotateAuditKey(const DataPaths& paths);

/// Public keys, a line each: of a file that an auditor was given. Empty lines and those with '#' are left out.
/// Errors: kInvalidArgument (file and line; none in it), those of ReadFile.
Result<std::vector<audit::VerifierKey>> ReadVerifierKeys(const std::string& path);

}  // namespace rasti::cli
