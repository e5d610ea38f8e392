#include "tools/rasti/audit/checkpoint_reading.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/audit/signed_note.h"

namespace rasti::cli {
namespace {

// The partition of an origin "kosovo.example/rasti/3", given the first part.
std::optional<core::PartitionId> PartitionIn(std::string_view checkpoint_origin, std::string_view origin) {
  if (!checkpoint_origin.starts_with(origin)) return std::nullopt;
  checkpoint_origin.remove_prefix(origin.size());
  if (!checkpoint_origin.starts_with('/')) return std::nullopt;
  checkpoint_origin.remove_prefix(1);
  int32_t number = 0;
  const char* const end = checkpoint_origin.data() + checkpoint_origin.size();
  const auto read = std::from_chars(checkpoint_origin.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 0) return std::nullopt;
  if (std::to_string(number) != checkpoint_origin) return std::nullopt;
  return core::PartitionId{number};
}

}  // namespace

Result<CheckpointOf> ReadCheckpoint(const std::string& source, const std::string& text,
                                    const std::vector<audit::VerifierKey>& keys) {
  const auto wrong = [&](const std::string& what) { return Fail(Error::Invalid(source + ": " + what)); };
  auto note = audit::ParseNote(text);
  if (!note) return wrong(note.error().message);
  auto checkpoint = audit::ParseCheckpoint(note->text);
  if (!checkpoint) return wrong(checkpoint.error().message);
  CheckpointOf point;
  for (const audit::VerifierKey& key : keys) {
    const auto partition = PartitionIn(checkpoint->origin, key.name());
    if (!partition || !audit::FaultOfKeyName(checkpoint->origin).empty()) continue;
    const std::vector<audit::VerifierKey> renamed = {{checkpoint->origin, key.type(), key.public_key()}};
    const auto signers = audit::SignersOf(*note, renamed);
    if (!signers) return wrong(signers.error().message);
    if (signers->empty()) continue;
    point.partition = *partition;
    point.signers.push_back(fmt::format("{}+{:08x}", renamed.front().name(), renamed.front().id()));
  }
  if (point.signers.empty()) {
    return wrong(
        fmt::format("it is of the log {}, and none of the keys that were given signed it", checkpoint->origin));
  }
  point.checkpoint = *std::move(checkpoint);
  return point;
}

}  // namespace rasti::cli
