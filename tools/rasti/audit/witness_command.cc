// `rasti witness`: somebody else's eye on a log.
#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "engine/ports/clock.h"
#include "engine/store/file_directory.h"
#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/audit/witness.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

struct WitnessOptions {
  std::string name;
  std::string key_file;
  std::string trees;
  std::string state;
  std::vector<std::string> log_keys;
  std::string out;
};

Outcome<void> RunNewKey(const Context& context, const WitnessOptions& options) {
  if (const std::string fault = audit::FaultOfKeyName(options.name); !fault.empty()) {
    return Misused(fmt::format("NAME {}; it is like an address: witness.example", fault));
  }
  std::error_code error;
  if (fs::exists(options.key_file, error)) {
    return Refuse(
        Error{ErrorCode::kAlreadyExists, options.key_file + ": there is a file already; a key is never written over"});
  }
  const audit::SignerKey key = audit::SignerKey::Generate(options.name, audit::NoteKeyType::kCosignature);
  RASTI_CHECKED(WriteFileDurably(options.key_file, key.ToText() + "\n", 0600));
  context.out.Line(key.verifier().ToText());
  context.out.Json({{"key", key.verifier().ToText()}, {"private", options.key_file}});
  return {};
}

Outcome<audit::SignerKey> ReadWitnessKey(const std::string& path) {
  RASTI_TRY(const std::string text, ReadSecret(path, "the key that cosigns"));
  auto key = audit::SignerKey::Parse(text);
  if (!key) return Refuse(key.error().At(path));
  if (key->verifier().type() != audit::NoteKeyType::kCosignature) {
    return Refuse(Error::Invalid(path + ": this key signs logs; a witness has one of its own: rasti witness new-key"));
  }
  return *std::move(key);
}

Outcome<void> RunLook(const Context& context, const WitnessOptions& options) {
  RASTI_TRY(const audit::SignerKey key, ReadWitnessKey(options.key_file));
  store::FileDirectory state(options.state);
  Witness witness{state, {}, key};
  for (const std::string& file : options.log_keys) {
    RASTI_TRY(const auto some, ReadVerifierKeys(file));
    witness.log_keys.insert(witness.log_keys.end(), some.begin(), some.end());
  }
  const store::FileDirectory trees(options.trees);
  const Instant now = ports::SystemClock().Now();
  auto list = nlohmann::ordered_json::array();
  std::optional<Error> first;
  int32_t partition = 0;
  for (;; ++partition) {
    RASTI_TRY(const auto there, trees.Read(fmt::format("{}/checkpoint", partition)));
    if (!there) break;
    const auto seen = LookAt(witness, trees, {partition}, now);
    if (!seen) {
      // The others are looked at all the same.
      context.out.Line(
          context.out.Paint(Colour::kRed, fmt::format("{}: {}", partition, Printable(seen.error().message))));
      list.push_back({{"partition", partition}, {"cosigned", false}, {"message", seen.error().message}});
      if (!first) first = seen.error();
      continue;
    }
    const audit::Checkpoint& checkpoint = seen->seen.checkpoint;
    context.out.Line(fmt::format(
        "{}: {} events, {}", checkpoint.origin, checkpoint.size,
        seen->is_first ? std::string("seen for the first time") : fmt::format("a continuation of {}", seen->before)));
    if (!options.out.empty()) {
      store::FileDirectory out(options.out, 0755);
      RASTI_CHECKED(out.Write(fmt::format("{}/checkpoint", partition), seen->note));
    }
    list.push_back({{"partition", partition},
                    {"cosigned", true},
                    {"origin", checkpoint.origin},
                    {"size", checkpoint.size},
                    {"before", seen->before},
                    {"checkpoint", seen->note}});
  }
  if (partition == 0)
    return Refuse(Error::NotFound(options.trees + "/0/checkpoint is not there: is this the folder of the trees?"));
  context.out.Json({{"logs", std::move(list)}});
  if (first) return Refuse(*first);
  return {};
}

}  // namespace

void AddWitnessCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<WitnessOptions>();
  CLI::App* witness = app.add_subcommand(
      "witness", "Watch logs of others: remember the last checkpoint of each, and cosign only what continues it");
  witness->fallthrough();
  witness->require_subcommand(1);
  CLI::App* new_key = AddCommand(*witness, context, "new-key", "Make the key that a witness cosigns with",
                                 "  rasti witness new-key witness.example --key witness.key > witness.keys",
                                 [&context, options] { return RunNewKey(context, *options); });
  new_key->add_option("NAME", options->name, "What the witness is called: like an address, without spaces and '+'")
      ->required();
  CLI::App* look = AddCommand(
      *witness, context, "look",
      "Look at a log's trees, of which a copy or a mount lies at hand (DATA/audit of the operator), and cosign their "
      "checkpoints. Exit code 5 where one is no continuation of what was seen before: a fork, or a log that was cut; "
      "then "
      "both checkpoints are kept as evidence. To be run now and then, on a machine that the operator has no hand in",
      "  rasti witness look --trees /mnt/rasti-audit --state /var/lib/witness --key witness.key --log rasti.keys",
      [&context, options] { return RunLook(context, *options); });
  look->add_option("--trees", options->trees, "The folder with 0/checkpoint, 0/tile/... in it")
      ->type_name("DIR")
      ->required();
  look->add_option("--state", options->state, "Where the witness keeps what it saw; to be kept safe")
      ->type_name("DIR")
      ->required();
  look->add_option("--log", options->log_keys, "The operator's public keys, a line each")
      ->type_name("FILE")
      ->required();
  look->add_option("--out", options->out, "Where cosigned checkpoints are written: 0/checkpoint, ...")
      ->type_name("DIR");
  for (CLI::App* command : {new_key, look}) {
    command->add_option("--key", options->key_file, "The file of the witness's private key")
        ->type_name("FILE")
        ->required();
  }
}

}  // namespace rasti::cli
