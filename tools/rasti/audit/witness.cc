#include "tools/rasti/audit/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/audit/merkle_tree.h"
#include "engine/audit/signed_note.h"
#include "engine/audit/tiles.h"
#include "engine/runtime/checkpoint_signer.h"
#include "engine/runtime/tree_projection.h"

namespace rasti::cli {
namespace {

constexpr const char* kRefused = ".refused";

// What it cosigned of the log before.
Result<std::optional<audit::Checkpoint>> LastSeen(const Witness& witness, const std::string& origin) {
  const std::string path = WitnessStatePath(origin);
  RASTI_TRY(const auto text, witness.state.Read(path));
  if (!text) return std::nullopt;
  const auto damaged = [&](const std::string& why) {
    return Fail(Error::Corruption(fmt::format("the witness's own state, {}, is damaged: {}", path, why)));
  };
  const auto note = audit::ParseNote(*text);
  if (!note) return damaged(note.error().message);
  const std::vector<audit::VerifierKey> own = {witness.key.verifier()};
  const auto signers = audit::SignersOf(*note, own);
  if (!signers) return damaged(signers.error().message);
  if (signers->empty()) return damaged("it is not cosigned by this witness");
  auto checkpoint = audit::ParseCheckpoint(note->text);
  if (!checkpoint) return damaged(checkpoint.error().message);
  if (checkpoint->origin != origin) return damaged("it is of " + checkpoint->origin);
  return *std::move(checkpoint);
}

// Empty where `seen` continues what was seen before.
Result<std::string> WhyNoContinuation(const audit::NodeReader& nodes, const audit::Checkpoint& before,
                                      const audit::Checkpoint& seen) {
  if (before.size > seen.size) {
    return fmt::format("it had {} events, and is to have had {} only", before.size, seen.size);
  }
  RASTI_TRY(const audit::Proof proof, audit::ProveConsistency(nodes, before.size, seen.size));
  const auto verified = audit::VerifyConsistency(before.size, before.root, seen.size, seen.root, proof);
  return verified ? std::string() : verified.error().message;
}

}  // namespace

std::string WitnessStatePath(const std::string& origin) {
  std::string path = origin;
  std::ranges::replace(path, '/', '~');
  return path;
}

Result<Witnessed> LookAt(const Witness& witness, const ports::FileStore& trees, core::PartitionId partition,
                         Instant now) {
  const std::string path = runtime::CheckpointPath(partition);
  RASTI_TRY(const auto text, trees.Read(path));
  if (!text) return Fail(Error::NotFound(path + " is not there"));
  Witnessed witnessed;
  RASTI_TRY(witnessed.seen, ReadCheckpoint(path, *text, witness.log_keys));
  const audit::Checkpoint& seen = witnessed.seen.checkpoint;
  if (witnessed.seen.partition != partition) {
    return Fail(Error::Corruption(fmt::format("{}: it is the checkpoint of {}", path, seen.origin)));
  }
  const runtime::KeptTiles tiles(trees, partition, seen.size);
  const audit::TileNodes nodes(tiles, seen.size);
  RASTI_TRY(const Hash256 root, audit::RootOf(nodes, seen.size));
  if (root != seen.root) {
    return Fail(Error::Corruption(fmt::format("{}: the tiles beside it do not give its root", path)));
  }
  RASTI_TRY(const auto before, LastSeen(witness, seen.origin));
  witnessed.is_first = !before.has_value();
  if (before) {
    witnessed.before = before->size;
    RASTI_TRY(const std::string why_not, WhyNoContinuation(nodes, *before, seen));
    if (!why_not.empty()) {
      // Both are signed by the operator: together they are the evidence.
      RASTI_CHECKED(witness.state.Write(WitnessStatePath(seen.origin) + kRefused, *text));
      RASTI_CHECKED(witness.state.Sync());
      return Fail(Error::Corruption(
          fmt::format("{}: this is not a continuation of the log that was seen before: {}. Both checkpoints are kept: "
                      "{} and {}{}",
                      seen.origin, why_not, WitnessStatePath(seen.origin), WitnessStatePath(seen.origin), kRefused)));
    }
  }
  RASTI_TRY(audit::SignedNote note, audit::ParseNote(*text));
  audit::Sign(note, witness.key, now);
  witnessed.note = audit::ToText(note);
  // Remembered before anybody can see the cosignature.
  RASTI_CHECKED(witness.state.Write(WitnessStatePath(seen.origin), witnessed.note));
  RASTI_CHECKED(witness.state.Sync());
  return witnessed;
}

}  // namespace rasti::cli
