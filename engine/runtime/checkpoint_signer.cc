#include "engine/runtime/checkpoint_signer.h"

#include <fmt/format.h>

#include <utility>

namespace rasti::runtime {

std::string OriginOf(const std::string& origin, core::PartitionId partition) {
  return fmt::format("{}/{}", origin, partition.value);
}

std::string CheckpointPath(core::PartitionId partition) { return TreeFolder(partition) + "checkpoint"; }

Result<std::optional<CheckpointSigner::Signed>> CheckpointSigner::LastInLog(core::PartitionId partition) const {
  RASTI_TRY(const auto text, log_.LastCheckpoint(partition));
  if (!text) return std::nullopt;
  const auto wrong = [&](const std::string& what) {
    return Fail(Error::Corruption(fmt::format("the last checkpoint of partition {}: {}", partition.value, what)));
  };
  auto note = audit::ParseNote(*text);
  if (!note) return wrong(note.error().message);
  auto checkpoint = audit::ParseCheckpoint(note->text);
  if (!checkpoint) return wrong(checkpoint.error().message);
  const std::string origin = OriginOf(options_.origin, partition);
  if (checkpoint->origin != origin) {
    return wrong(fmt::format("it is of the log {}, not of {}", checkpoint->origin, origin));
  }
  std::vector<audit::VerifierKey> keys;
  for (const audit::SignerKey& key : options_.keys) keys.push_back(key.Renamed(origin).verifier());
  const auto now = audit::SignersOf(*note, keys);
  if (!now) return wrong(now.error().message);
  if (now->empty()) {
    std::vector<audit::VerifierKey> earlier;
    for (const audit::VerifierKey& key : options_.earlier_keys) {
      earlier.emplace_back(origin, key.type(), key.public_key());
    }
    const auto before = audit::SignersOf(*note, earlier);
    if (!before) return wrong(before.error().message);
    if (before->empty()) {
      return wrong(
          "it is signed by none of the keys that sign here or did before: name the earlier one, or see who "
          "wrote it");
    }
  }
  return Signed{*std::move(note), *std::move(checkpoint), now->size()};
}

Result<std::string> CheckpointSigner::WhyNoContinuation(core::PartitionId partition, const audit::Checkpoint& last,
                                                        const TreeHead& head) const {
  const KeptTiles tiles(files_, partition, head.size);
  const audit::TileNodes nodes(tiles, head.size);
  RASTI_TRY(const audit::Proof proof, audit::ProveConsistency(nodes, last.size, head.size));
  const auto verified = audit::VerifyConsistency(last.size, last.root, head.size, head.root, proof);
  return verified ? std::string() : verified.error().message;
}

Status CheckpointSigner::Sign(core::PartitionId partition, const TreeHead& head) {
  std::optional<Signed> last;
  if (const auto known = last_.find(partition); known != last_.end()) {
    last = known->second;
  } else {
    RASTI_TRY(last, LastInLog(partition));
  }
  const std::string origin = OriginOf(options_.origin, partition);
  if (last) {
    const audit::Checkpoint& old = last->checkpoint;
    if (old.size > head.size) {
      RASTI_TRY(const core::Sequence end, log_.EndSequence(partition));
      if (end.value >= old.size) return {};
      return Fail(
          Error::Corruption(fmt::format("{}: a checkpoint of {} events was signed, but the log ends at {}: it was cut "
                                        "off, or is another log; nothing "
                                        "more is signed",
                                        origin, old.size, end.value)));
    }
    RASTI_TRY(const std::string why_not, WhyNoContinuation(partition, old, head));
    if (!why_not.empty()) {
      return Fail(Error::Corruption(
          fmt::format("{}: the log of {} events does not continue that of {} events of which a checkpoint was signed "
                      "({}): its past was changed, or it is another log; nothing more is signed",
                      origin, head.size, old.size, why_not)));
    }
    if (old.size == head.size && last->keys == options_.keys.size()) return {};
  }
  const audit::Checkpoint checkpoint{origin, head.size, head.root, {}};
  audit::SignedNote note{audit::ToText(checkpoint), {}};
  for (const audit::SignerKey& key : options_.keys) audit::Sign(note, key.Renamed(origin), clock_.Now());
  const std::string text = audit::ToText(note);
  // In the log first: what is there binds, what lies in the file is a copy.
  RASTI_CHECKED(log_.WriteCheckpoint(partition, text));
  last_.insert_or_assign(partition, Signed{std::move(note), checkpoint, options_.keys.size()});
  return files_.Write(CheckpointPath(partition), text);
}

}  // namespace rasti::runtime
