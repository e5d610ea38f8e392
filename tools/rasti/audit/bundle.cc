#include "tools/rasti/audit/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/audit/base64.h"
#include "engine/audit/event_hash.h"
#include "tools/rasti/audit/checkpoint_reading.h"

namespace rasti::cli {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "rasti-bundle-1";

// Reads members one after the other; the first that is not as it should be is kept.
class MemberReader {
 public:
  explicit MemberReader(std::string place) : place_(std::move(place)) {}

  std::string Text(const json& object, const char* name) {
    const json* member = Find(object, name);
    if (member == nullptr) return {};
    if (!member->is_string()) Wrong(name, "a text is wanted");
    return member->is_string() ? member->get<std::string>() : std::string();
  }
  int64_t Number(const json& object, const char* name) {
    const json* member = Find(object, name);
    if (member == nullptr) return 0;
    const bool fits = member->is_number_unsigned() && member->get<uint64_t>() <= INT64_MAX;
    if (!fits) Wrong(name, "a whole number is wanted, not below 0");
    return fits ? member->get<int64_t>() : 0;
  }
  std::string Bytes(const json& object, const char* name) {
    const std::string text = Text(object, name);
    auto bytes = audit::FromBase64(text);
    if (!bytes) Wrong(name, "base64 is wanted");
    return std::move(bytes).value_or("");
  }
  const json* Array(const json& object, const char* name) {
    const json* member = Find(object, name);
    if (member == nullptr || member->is_array()) return member;
    Wrong(name, "a list is wanted");
    return nullptr;
  }
  void Wrong(const char* name, const char* why) {
    if (!error_) error_ = Error::Invalid(fmt::format("{}{}: {}", place_, name, why));
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const json* Find(const json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (object.is_object() && found != object.end()) return &*found;
    Wrong(name, "missing");
    return nullptr;
  }

  const std::string place_;
  std::optional<Error> error_;
};

Result<BundleEvent> ParseEvent(const json& object, size_t number) {
  MemberReader read(fmt::format("events, {}: ", number));
  BundleEvent event;
  event.sequence = {read.Number(object, "sequence")};
  event.stored = read.Bytes(object, "stored");
  if (const json* proof = read.Array(object, "proof")) {
    for (const json& one : *proof) {
      const auto bytes = one.is_string() ? audit::FromBase64(one.get<std::string>()) : std::nullopt;
      Hash256 hash{};
      if (!bytes || bytes->size() != hash.size()) {
        read.Wrong("proof", "32 bytes in base64 are wanted, each");
        break;
      }
      std::ranges::copy(*bytes, hash.begin());
      event.proof.push_back(hash);
    }
  }
  if (read.error()) return Fail(*read.error());
  return event;
}

tl::unexpected<Error> BreaksAt(size_t revision, const BundleEvent& event, const std::string& what) {
  return Fail(Error::Corruption(fmt::format("revision {}, sequence {}: {}", revision, event.sequence.value, what)));
}

}  // namespace

std::string ToJson(const Bundle& bundle) {
  auto events = nlohmann::ordered_json::array();
  for (const BundleEvent& event : bundle.events) {
    auto proof = nlohmann::ordered_json::array();
    for (const Hash256& hash : event.proof) proof.push_back(audit::ToBase64(AsBytes(hash)));
    events.push_back(
        {{"sequence", event.sequence.value}, {"stored", audit::ToBase64(event.stored)}, {"proof", std::move(proof)}});
  }
  auto packages = nlohmann::ordered_json::array();
  for (const auto& [key, value] : bundle.packages)
    packages.push_back({{"key", key}, {"value", audit::ToBase64(value)}});
  const nlohmann::ordered_json document{{"format", kFormat},
                                        {"checkpoint", bundle.checkpoint},
                                        {"case_id", bundle.case_id.str()},
                                        {"partition", bundle.partition.value},
                                        {"events", std::move(events)},
                                        {"packages", std::move(packages)}};
  return document.dump(1) + "\n";
}

Result<Bundle> ParseBundle(std::string_view text) {
  if (text.size() > kBundleBytesMost) {
    return Fail(
        Error::Invalid(fmt::format("a bundle of {} bytes, where {} are the most", text.size(), kBundleBytesMost)));
  }
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return Fail(Error::Invalid("no JSON document: cut off, or no bundle"));
  MemberReader read("");
  const std::string format = read.Text(document, "format");
  if (!read.error() && format != kFormat) {
    return Fail(ErrorCode::kUnsupportedVersion, fmt::format("format: '{}', where '{}' is known", format, kFormat));
  }
  Bundle bundle;
  bundle.checkpoint = read.Text(document, "checkpoint");
  const auto case_id = ParseUuid(read.Text(document, "case_id"));
  if (!case_id) read.Wrong("case_id", "a UUID is wanted");
  const int64_t partition = read.Number(document, "partition");
  if (partition > INT32_MAX) read.Wrong("partition", "no partition has that number");
  const json* events = read.Array(document, "events");
  const json* packages = read.Array(document, "packages");
  if (read.error()) return Fail(*read.error());
  bundle.case_id = core::CaseId{*case_id};
  bundle.partition = {static_cast<int32_t>(partition)};
  for (const json& one : *events) {
    RASTI_TRY(BundleEvent event, ParseEvent(one, bundle.events.size() + 1));
    bundle.events.push_back(std::move(event));
  }
  for (const json& one : *packages) {
    MemberReader member(fmt::format("packages, {}: ", bundle.packages.size() + 1));
    bundle.packages.emplace_back(member.Text(one, "key"), member.Bytes(one, "value"));
    if (member.error()) return Fail(*member.error());
  }
  return bundle;
}

Result<CheckedBundle> CheckBundle(const Bundle& bundle, const std::vector<audit::VerifierKey>& keys) {
  RASTI_TRY(CheckpointOf point, ReadCheckpoint("checkpoint", bundle.checkpoint, keys));
  if (point.partition != bundle.partition) {
    return Fail(Error::Corruption(fmt::format("checkpoint: it is of partition {}, the bundle of {}",
                                              point.partition.value, bundle.partition.value)));
  }
  CheckedBundle checked;
  checked.signers = std::move(point.signers);
  if (bundle.events.empty()) return Fail(Error::Corruption("it holds no event: it shows nothing"));
  Hash256 head = audit::FirstPrevHash(bundle.case_id.uuid);
  core::Sequence before{-1};
  for (const BundleEvent& one : bundle.events) {
    const size_t revision = checked.events.size() + 1;
    auto decoded = codec::DecodeEvent(one.stored);
    if (!decoded) return BreaksAt(revision, one, decoded.error().message);
    const core::Event& event = decoded->event;
    if (event.ctx().case_id != bundle.case_id) return BreaksAt(revision, one, "an event of another case");
    if (event.sequence != one.sequence || one.sequence <= before) {
      return BreaksAt(revision, one, fmt::format("the event says that its sequence is {}", event.sequence.value));
    }
    if (event.revision.value != static_cast<int64_t>(revision) || event.prev_hash != head) {
      return BreaksAt(
          revision, one,
          fmt::format("it is revision {} of the case, or does not follow the event before it", event.revision.value));
    }
    const audit::Checkpoint& checkpoint = point.checkpoint;
    const auto included = audit::VerifyInclusion(audit::LeafHash(AsBytes(decoded->hash)), one.sequence.value,
                                                 checkpoint.size, one.proof, checkpoint.root);
    if (!included) {
      return BreaksAt(revision, one, "it is not shown to be in the signed log: " + included.error().message);
    }
    head = decoded->hash;
    before = one.sequence;
    checked.events.push_back(*std::move(decoded));
  }
  checked.checkpoint = std::move(point.checkpoint);
  return checked;
}

}  // namespace rasti::cli
