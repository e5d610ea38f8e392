// `rasti audit prove` and `rasti audit check`: a case's events with what shows that they are in the signed log, and the
// look at that of somebody who has neither the log nor trust in whoever keeps it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/audit/signed_note.h"
#include "engine/audit/tiles.h"
#include "engine/codec/package_codec.h"
#include "engine/runtime/checkpoint_signer.h"
#include "engine/store/file_directory.h"
#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/audit/bundle.h"
#include "tools/rasti/audit/commands.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

struct ProveOptions {
  std::string case_text;
  std::string out_file;
};
struct CheckOptions {
  std::string bundle_file;
  std::vector<std::string> key_files;
};

// The packages by which the events were decided.
Outcome<std::vector<std::pair<std::string, std::string>>> PackagesOf(Session& session,
                                                                     const std::vector<codec::DecodedEvent>& events) {
  std::set<std::string> wanted;
  for (const codec::DecodedEvent& one : events) {
    const core::Versions& versions = one.event.ctx().versions;
    wanted.insert("workflow/" + versions.definition.str());
    wanted.insert("calendar/" + versions.calendar.str());
    wanted.insert("tenant/" + versions.directory.str());
    wanted.insert("tzdata/" + versions.tzdata.str());
  }
  RASTI_TRY(const auto published, session.Packages());
  std::vector<std::pair<std::string, std::string>> packages;
  for (const codec::PublishedPackage& package : published) {
    // The same version twice: the first one holds.
    if (wanted.erase(package.Key()) > 0) packages.emplace_back(package.Key(), codec::EncodePackage(package));
  }
  return packages;
}

Outcome<void> RunProve(const Context& context, const ProveOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const views::CaseHistory history, session->History(options.case_text, {}));
  Bundle bundle;
  bundle.case_id = history.events.front().event.ctx().case_id;
  bundle.partition = history.partition;
  const store::FileDirectory files(paths.audit());
  RASTI_TRY(const auto note, files.Read(runtime::CheckpointPath(bundle.partition)));
  if (!note) {
    return Refuse(Error::NotFound(fmt::format(
        "{}/{}: nothing was signed yet; `rasti audit keys` makes a key, a service or `rasti audit checkpoint` signs",
        paths.audit(), runtime::CheckpointPath(bundle.partition))));
  }
  bundle.checkpoint = *note;
  RASTI_TRY(const audit::SignedNote signed_note, audit::ParseNote(*note));
  RASTI_TRY(const audit::Checkpoint checkpoint, audit::ParseCheckpoint(signed_note.text));
  const runtime::KeptTiles tiles(files, bundle.partition, checkpoint.size);
  const audit::TileNodes nodes(tiles, checkpoint.size);
  for (size_t i = 0; i < history.events.size(); ++i) {
    const core::Sequence sequence = history.events[i].event.sequence;
    if (sequence.value >= checkpoint.size) break;
    RASTI_TRY(audit::Proof proof, audit::ProveInclusion(nodes, sequence.value, checkpoint.size));
    bundle.events.push_back({sequence, history.records[i], std::move(proof)});
  }
  const size_t left = history.events.size() - bundle.events.size();
  if (bundle.events.empty()) {
    return Refuse(
        Failure(Exit::kUnavailable, "not_signed",
                fmt::format("no event of the case is signed yet: the checkpoint of partition {} is of {} events",
                            bundle.partition.value, checkpoint.size)));
  }
  std::vector<codec::DecodedEvent> proven(history.events.begin(),
                                          history.events.begin() + static_cast<std::ptrdiff_t>(bundle.events.size()));
  RASTI_TRY(bundle.packages, PackagesOf(*session, proven));
  RASTI_CHECKED(session->Close());
  // What is handed on is what an auditor will find in order.
  RASTI_TRY(const AuditKeys keys, ReadAuditKeys(paths));
  std::vector<audit::VerifierKey> own = keys.earlier;
  for (const audit::SignerKey& key : keys.signing) own.push_back(key.verifier());
  RASTI_TRY(const CheckedBundle checked, CheckBundle(bundle, own));
  RASTI_CHECKED(WriteFileDurably(options.out_file, ToJson(bundle), 0600));
  context.out.Line(fmt::format("{}: {} events of case {}, in the log of {} events that {} signed", options.out_file,
                               checked.events.size(), bundle.case_id.str(), checked.checkpoint.size,
                               fmt::join(checked.signers, ", ")));
  if (left > 0) context.out.Line(fmt::format("{} later events are not signed yet, and not in it", left));
  context.out.Note("note: it holds the events as they are, personal data that is not sealed among them");
  context.out.Json({{"bundle", options.out_file},
                    {"case_id", bundle.case_id.str()},
                    {"events", checked.events.size()},
                    {"not_signed_yet", left},
                    {"log_size", checked.checkpoint.size}});
  return {};
}

Outcome<void> RunCheck(const Context& context, const CheckOptions& options) {
  std::vector<audit::VerifierKey> keys;
  for (const std::string& file : options.key_files) {
    RASTI_TRY(const auto some, ReadVerifierKeys(file));
    keys.insert(keys.end(), some.begin(), some.end());
  }
  RASTI_TRY(const std::string text, ReadFile(options.bundle_file, kBundleBytesMost));
  const auto at_file = [&](const Error& error) { return Refuse(error.At(options.bundle_file)); };
  const auto bundle = ParseBundle(text);
  if (!bundle) return at_file(bundle.error());
  const auto checked = CheckBundle(*bundle, keys);
  if (!checked) return at_file(checked.error());
  context.out.Line(fmt::format("case {}: {} events are in the log {} as it was signed with {} events by {}",
                               bundle->case_id.str(), checked->events.size(), checked->checkpoint.origin,
                               checked->checkpoint.size, fmt::join(checked->signers, ", ")));
  std::vector<std::vector<std::string>> rows;
  auto events = nlohmann::ordered_json::array();
  for (const codec::DecodedEvent& one : checked->events) {
    const core::EventContext& about = one.event.ctx();
    const std::string type(core::EventTypeName(one.event.payload));
    rows.push_back({fmt::format("  {}", one.event.revision.value), FormatInstant(about.occurred_at), type,
                    fmt::format("sequence {}", one.event.sequence.value)});
    events.push_back({{"revision", one.event.revision.value},
                      {"sequence", one.event.sequence.value},
                      {"type", type},
                      {"occurred_at", FormatInstant(about.occurred_at)},
                      {"recorded_at", FormatInstant(about.recorded_at)},
                      {"hash", ToHex(AsBytes(one.hash))}});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  context.out.Line(context.out.Paint(Colour::kGreen, "verified"));
  context.out.Json({{"verified", true},
                    {"case_id", bundle->case_id.str()},
                    {"origin", checked->checkpoint.origin},
                    {"log_size", checked->checkpoint.size},
                    {"signers", checked->signers},
                    {"events", std::move(events)}});
  return {};
}

}  // namespace

void AddAuditProveCommand(CLI::App& audit, Context& context) {
  auto options = std::make_shared<ProveOptions>();
  CLI::App* command = AddCommand(audit, context, "prove",
                                 "Write a bundle with a case's events and what proves, to those who have only the "
                                 "public key, that they are in the "
                                 "log as it was signed",
                                 "  rasti audit prove PR-7Q4X-M2 --out case.bundle.json",
                                 [&context, options] { return RunProve(context, *options); });
  command->add_option("CASE", options->case_text, "Its id or public reference")->required();
  command->add_option("--out", options->out_file, "The file to be written")->type_name("FILE")->required();
}

void AddAuditCheckCommand(CLI::App& audit, Context& context) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = AddCommand(
      audit, context, "check", "Check a bundle, offline: needs no data directory. Exit code 5 where it proves nothing",
      "  rasti audit check case.bundle.json --key rasti.keys",
      [&context, options] { return RunCheck(context, *options); });
  command->add_option("BUNDLE", options->bundle_file, "As `rasti audit prove` wrote it")->type_name("FILE")->required();
  command->add_option("--key", options->key_files, "The operator's public keys, a line each")
      ->type_name("FILE")
      ->required();
}

}  // namespace rasti::cli
