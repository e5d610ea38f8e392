// Who may hand commands in: DATA/submitters/submitters.yaml (engine/codec/submitters_yaml.h) and the keys beside it.
//
// Nodes that share a log share the registry: each decides what others were handed. Then DATA/submitters is a link.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/runtime/submitters.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

/// The submitter that a machine's command line is, and the name of its key.
inline constexpr const char* kLocalSubmitter = "local";

/// A registry with the local submitter, for every tenant and role, and a fresh key; and a key pair for dead letters.
/// Errors: kNoSpace, kPermission, kIo.
Status CreateRegistry(const DataPaths& paths);
/// A link to a registry that is there already. Errors: those of ReadRegistry, and as above.
Status LinkRegistry(const DataPaths& paths, const std::string& directory);

enum class Keys {
  kInUse,      // what new commands may be signed with
  kRetiredToo  // what recorded commands may have been signed with
};
/// Errors: kNotFound, kPermission (others may read a key: the message says how to mend that), kInvalidArgument (the
/// line of submitters.yaml, or the key file).
Result<runtime::Submitters> ReadRegistry(const DataPaths& paths, Keys keys);
/// Whether a node can take up the registry in this directory, which nodes are to share. Errors: as above.
Status CheckRegistry(const std::string& directory);
/// What this machine's command line signs with. Errors: as above.
Result<std::string> ReadLocalKey(const DataPaths& paths);

/// A fresh pair: the private half where `private_path` says, its owner's only; the public half in the registry, in
/// place of the one that is there. Errors: kAlreadyExists (never writes over a private key), kNoSpace, kPermission,
/// kIo.
Result<privacy::PublicKey> MakeDeadLetterKey(const DataPaths& paths, const std::string& private_path);
/// Errors: kNotFound, kPermission (others may read it), kInvalidArgument.
Result<privacy::PrivateKey> ReadDeadLetterKey(const std::string& path);

}  // namespace rasti::cli
