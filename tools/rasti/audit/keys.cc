// `rasti audit keys`: what checkpoints are signed with.
#include <fmt/format.h>

#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/audit/commands.h"

namespace rasti::cli {
namespace {

void PrintKey(const Context& context, const DataPaths& paths, const audit::VerifierKey& key) {
  context.out.Line(key.ToText());
  context.out.Line(fmt::format("the private half is in {}; give the line above to those who are to check checkpoints",
                               paths.signing_key()));
  context.out.Line("a service signs with it once it is started again");
  context.out.Json({{"key", key.ToText()}, {"private", paths.signing_key()}});
}

Outcome<void> RunNew(const Context& context, const std::string& origin) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_CHECKED(ReadDataMeta(paths));
  RASTI_TRY(const audit::VerifierKey key, MakeAuditKey(paths, origin));
  PrintKey(context, paths, key);
  return {};
}

Outcome<void> RunRotate(const Context& context) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const audit::VerifierKey key, RotateAuditKey(paths));
  PrintKey(context, paths, key);
  return {};
}

Outcome<void> RunKeyList(const Context& context) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_CHECKED(ReadDataMeta(paths));
  RASTI_TRY(const AuditKeys keys, ReadAuditKeys(paths));
  auto list = nlohmann::ordered_json::array();
  const auto print = [&](const audit::VerifierKey& key, bool signs) {
    // As a file of keys: what is behind '#' is a note.
    if (!signs) context.out.Line("# signed before:");
    context.out.Line(key.ToText());
    list.push_back({{"key", key.ToText()}, {"signs", signs}});
  };
  for (const audit::SignerKey& key : keys.signing) print(key.verifier(), true);
  for (const audit::VerifierKey& key : keys.earlier) print(key, false);
  if (list.empty()) context.out.Note("note: nothing is signed here; `rasti audit keys new ORIGIN` makes a key");
  context.out.Json({{"keys", std::move(list)}});
  return {};
}

}  // namespace

void AddAuditKeysCommand(CLI::App& audit, Context& context) {
  CLI::App* keys =
      audit.add_subcommand("keys", "The keys that checkpoints are signed with (Ed25519, as C2SP signed-note)");
  keys->fallthrough();
  keys->require_subcommand(1);
  auto origin = std::make_shared<std::string>();
  CLI::App* make = AddCommand(*keys, context, "new", "Make the first key; from then on the log is signed",
                              "  rasti audit keys new kosovo.example/rasti",
                              [&context, origin] { return RunNew(context, *origin); });
  make->add_option("ORIGIN", *origin, "What the log is called, for ever: like an address, without spaces and '+'")
      ->required();
  AddCommand(*keys, context, "rotate",
             "Make the next key in place of the one that signs, whose signatures stay good: auditors keep its line",
             "  rasti audit keys rotate", [&context] { return RunRotate(context); });
  AddCommand(*keys, context, "list", "The public keys, a line each: of those that sign and of those that did before",
             "  rasti audit keys list > rasti.keys", [&context] { return RunKeyList(context); });
}

}  // namespace rasti::cli
