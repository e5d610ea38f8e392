// `rasti dead-letters`: what was set aside because it is nobody's command; looked into, submitted again, or discarded.
#include <fmt/format.h>

#include "engine/base/hash.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/json.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/registry.h"

namespace rasti::cli {
namespace {

constexpr size_t kHeadBytes = 64;

struct LetterOptions {
  std::string id;
  std::string key_file;
  std::string since;
  size_t limit = 50;
  bool all = false;
  std::string reason;
  std::string out_file;
};

std::string StateOf(const runtime::FiledDeadLetter& filed) {
  if (!filed.note) return "open";
  if (const auto* retried = std::get_if<codec::DeadLetterRetried>(&filed.note->what)) {
    return retried->accepted ? "retried, accepted" : "retried, refused again: " + retried->outcome;
  }
  return "discarded";
}

nlohmann::ordered_json ToJson(const runtime::FiledDeadLetter& filed) {
  const codec::DeadLetter& letter = filed.letter;
  nlohmann::ordered_json json{{"id", letter.id.str()},
                              {"reason", letter.reason},
                              {"message", letter.message},
                              {"input", letter.id.is_follow_up ? "followups" : "commands"},
                              {"partition", letter.id.partition.value},
                              {"position", letter.id.position},
                              {"taken_at", FormatInstant(letter.taken_at)},
                              {"submitter", letter.submitter.str()},
                              {"command_id", letter.command_id.str()},
                              {"case_id", letter.case_id ? letter.case_id->str() : ""},
                              {"size", letter.size},
                              {"key_id", letter.key_id},
                              {"state", filed.is_settled() ? "settled" : "open"}};
  if (!filed.note) return json;
  json["noted_at"] = FormatInstant(filed.note->noted_at);
  if (const auto* retried = std::get_if<codec::DeadLetterRetried>(&filed.note->what)) {
    json["retried"] = {{"accepted", retried->accepted}, {"outcome", retried->outcome}};
  } else {
    json["discarded"] = {{"reason", std::get<codec::DeadLetterDiscarded>(filed.note->what).reason}};
  }
  return json;
}

Outcome<void> RunList(const Context& context, const LetterOptions& options) {
  runtime::DeadLetterQuery query;
  RASTI_TRY(query.since, GivenInstant("--since", options.since));
  query.settled_too = options.all;
  query.most = options.limit;
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const runtime::DeadLetterPage page, session->DeadLetters(query));
  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const runtime::FiledDeadLetter& filed : page.letters) {
    const codec::DeadLetter& letter = filed.letter;
    list.push_back(ToJson(filed));
    rows.push_back({letter.id.str(), FormatInstant(letter.taken_at), Printable(letter.reason),
                    letter.submitter.empty() ? "-" : Printable(letter.submitter.view()),
                    fmt::format("{} bytes", letter.size), StateOf(filed), Printable(letter.message)});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  const auto left = page.total - static_cast<int64_t>(page.letters.size());
  if (page.total == 0) context.out.Line(options.all ? "no dead letters" : "no open dead letters");
  if (left > 0) context.out.Line(fmt::format("and {} older ones (--limit)", left));
  context.out.Json({{"dead_letters", std::move(list)}, {"total", page.total}});
  RASTI_CHECKED(session->Close());
  return {};
}

Outcome<runtime::FiledDeadLetter> Find(Session& session, const std::string& text) {
  RASTI_TRY(const codec::DeadLetterId id, codec::ParseDeadLetterId(text));
  RASTI_TRY(
      runtime::DeadLetterPage page,
      session.DeadLetters({.id = id, .since = std::nullopt, .settled_too = true, .most = 1, .with_content = true}));
  if (!page.letters.empty()) return std::move(page.letters.front());
  return Refuse(
      Error::NotFound(fmt::format("there is no dead letter {}, or no longer: they are kept for a bounded "
                                  "time; `rasti dead-letters list --all` shows those that there are",
                                  text)));
}

std::string KeyFileOf(const Context& context, const LetterOptions& options) {
  return options.key_file.empty() ? DataPaths(context.data).dead_letter_private_key() : options.key_file;
}

Outcome<codec::DeadLetterContent> OpenLetter(const Context& context, const LetterOptions& options,
                                             const codec::DeadLetter& letter) {
  if (letter.key_id.empty()) {
    return Refuse(
        Error::NotFound(fmt::format("the record of {} was not kept: {}", letter.id.str(),
                                    letter.size > static_cast<int64_t>(codec::kSignedBytesMost)
                                        ? "it is too large, or there was no key to seal it to"
                                        : "there was no key to seal it to; `rasti dead-letters new-key` makes one")));
  }
  const std::string path = KeyFileOf(context, options);
  RASTI_TRY(const privacy::PrivateKey key, ReadDeadLetterKey(path));
  if (key.public_key().id() != letter.key_id) {
    return Refuse(
        Error::Invalid(fmt::format("{}: this is the key {}, and {} is sealed to the key {}; name that one: "
                                   "--key FILE",
                                   path, key.public_key().id(), letter.id.str(), letter.key_id)));
  }
  const auto plain = privacy::Open(letter.sealed, key);
  if (!plain) return Refuse(Error::Corruption(fmt::format("{}: {}", letter.id.str(), plain.error().message)));
  RASTI_TRY(codec::DeadLetterContent content, codec::DecodeDeadLetterContent(*plain));
  return content;
}

// A Signed around a Command that can be read, whoever signed it.
std::optional<core::Command> CommandIn(const codec::DeadLetterContent& content) {
  const auto envelope = codec::ParseSigned(content.value);
  if (!envelope) return std::nullopt;
  auto command = codec::DecodeCommand(envelope->body);
  if (!command) return std::nullopt;
  return *std::move(command);
}

void PrintHead(const Context& context, const runtime::FiledDeadLetter& filed) {
  const codec::DeadLetter& letter = filed.letter;
  const auto line = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) context.out.Line(fmt::format("{:<11} {}", name, Printable(value)));
  };
  line("letter", letter.id.str());
  line("reason", fmt::format("{}: {}", letter.reason, letter.message));
  line("record",
       fmt::format("{} of partition {}, position {}, {} bytes", letter.id.is_follow_up ? "a follow-up" : "a command",
                   letter.id.partition.value, letter.id.position, letter.size));
  line("taken in", FormatInstant(letter.taken_at));
  line("submitter", letter.submitter.empty() ? "" : letter.submitter.str() + " (as claimed)");
  line("command id", letter.command_id.str());
  line("case", letter.case_id ? letter.case_id->str() : "");
  line("state", StateOf(filed));
  if (!filed.note) return;
  line("noted at", FormatInstant(filed.note->noted_at));
  if (const auto* discarded = std::get_if<codec::DeadLetterDiscarded>(&filed.note->what)) {
    line("because", discarded->reason);
  }
}

Outcome<void> RunShowLetter(const Context& context, const LetterOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const runtime::FiledDeadLetter filed, Find(*session, options.id));
  PrintHead(context, filed);
  nlohmann::ordered_json json = ToJson(filed);
  const auto content = OpenLetter(context, options, filed.letter);
  if (!content) {
    // What is known of it was shown; a key that was asked for by name must fit.
    if (!options.key_file.empty()) return Refuse(content.error());
    context.out.Line("content     not shown: " + content.error().message);
    json["content"] = nullptr;
    context.out.Json(json);
    RASTI_CHECKED(session->Close());
    return {};
  }
  json["content"]["key"] = ToHex(std::string_view(content->key).substr(0, kHeadBytes));
  if (const auto command = CommandIn(*content)) {
    json["content"]["command"] = codec::ToJson(*command);
    context.out.Line("command     " + codec::ToJson(*command).dump(2));
  } else {
    const std::string head = ToHex(std::string_view(content->value).substr(0, kHeadBytes));
    json["content"]["head"] = head;
    context.out.Line(fmt::format("key         {}", json["content"]["key"].get<std::string>()));
    context.out.Line(fmt::format("begins with {}{}", head, content->value.size() > kHeadBytes ? "..." : ""));
  }
  context.out.Json(json);
  RASTI_CHECKED(session->Close());
  return {};
}

std::string OutcomeText(const codec::CommandResult& result) {
  if (result.accepted()) return "accepted";
  return std::string(core::RejectionCodeName(std::get<core::Rejection>(result.outcome).code));
}

Outcome<void> RunRetry(const Context& context, const LetterOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(runtime::FiledDeadLetter filed, Find(*session, options.id));
  const std::string id = filed.letter.id.str();
  if (filed.is_settled()) {
    context.out.Line(fmt::format("{} is settled: {}; nothing was submitted", id, StateOf(filed)));
    context.out.Json(ToJson(filed));
    RASTI_CHECKED(session->Close());
    return {};
  }
  if (filed.letter.id.is_follow_up) {
    return Refuse(Error::Invalid(fmt::format("{}: follow-ups are the engine's own, nobody can submit one", id)));
  }
  RASTI_TRY(const codec::DeadLetterContent content, OpenLetter(context, options, filed.letter));
  const auto command = CommandIn(content);
  if (!command) {
    return Refuse(
        Error::Invalid(fmt::format("{}: it holds no command that can be read ({}), so it would be set aside "
                                   "again; rasti dead-letters discard {}",
                                   id, filed.letter.reason, id)));
  }
  // Under the key that it should have had: that is what a record with a wrong one lacked.
  const std::string key(command->case_id.uuid.AsBytes());
  RASTI_TRY(const codec::CommandResult result,
            session->commands().ExecuteSigned(key, content.value, command->command_id.str()));
  RASTI_TRY(filed,
            session->NoteOnDeadLetter({.id = filed.letter.id,
                                       .noted_at = {},
                                       .what = codec::DeadLetterRetried{result.accepted(), OutcomeText(result)}}));
  nlohmann::ordered_json json = ToJson(filed);
  if (const auto* rejection = std::get_if<core::Rejection>(&result.outcome)) {
    json["rejection"] = codec::ToJson(*rejection);
    context.out.Json(json);
    context.out.Line(fmt::format("{} was submitted again and refused again", id));
    return Refuse(Failure(*rejection));
  }
  const auto& accepted = std::get<codec::Accepted>(result.outcome);
  json["reference"] = result.reference;
  context.out.Line(fmt::format("{} was submitted again and accepted: revisions {} to {} of {}", id,
                               accepted.first_revision.value, accepted.last_revision.value, result.reference));
  context.out.Json(json);
  RASTI_CHECKED(session->Close());
  return {};
}

Outcome<void> RunDiscard(const Context& context, const LetterOptions& options) {
  RASTI_TRY(const codec::DeadLetterId id, codec::ParseDeadLetterId(options.id));
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const runtime::FiledDeadLetter filed,
            session->NoteOnDeadLetter({.id = id, .noted_at = {}, .what = codec::DeadLetterDiscarded{options.reason}}));
  context.out.Line(fmt::format("{}: {}", id.str(), StateOf(filed)));
  context.out.Json(ToJson(filed));
  RASTI_CHECKED(session->Close());
  return {};
}

Outcome<void> RunNewKey(const Context& context, const LetterOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_CHECKED(ReadDataMeta(paths));
  const std::string file = options.out_file.empty() ? paths.dead_letter_private_key() : options.out_file;
  RASTI_TRY(const privacy::PublicKey key, MakeDeadLetterKey(paths, file));
  context.out.Line(fmt::format("key {}: the private half is in {}, the public half in {}", key.id(), file,
                               paths.dead_letter_public_key()));
  context.out.Line("nodes seal to it once they are started again");
  context.out.Json({{"key_id", key.id()}, {"private", file}, {"public", paths.dead_letter_public_key()}});
  return {};
}

}  // namespace

void AddDeadLettersCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<LetterOptions>();
  CLI::App* letters = app.add_subcommand(
      "dead-letters",
      "What was set aside because it is nobody's command: unsigned, forged, beyond what its submitter "
      "may, no command at all");
  letters->fallthrough();
  letters->require_subcommand(1);
  CLI::App* list = AddCommand(*letters, context, "list", "Those that are open, the latest last",
                              "  rasti dead-letters list\n"
                              "  rasti dead-letters list --since 2026-11-21T00:00:00+01:00 --all --json",
                              [&context, options] { return RunList(context, *options); });
  list->add_option("--since", options->since, "Taken in then or later")->type_name("TIME");
  list->add_option("--limit", options->limit, "How many at the most")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  list->add_flag("--all", options->all, "Discarded ones and those that were accepted in the end, too");
  CLI::App* show =
      AddCommand(*letters, context, "show", "One of them, opened with the private key; personal fields are not shown",
                 "  rasti dead-letters show 3-1742", [&context, options] { return RunShowLetter(context, *options); });
  CLI::App* retry = AddCommand(
      *letters, context, "retry", "Submit the record again as it was, for instance once its submitter is registered",
      "  rasti dead-letters retry 3-1742", [&context, options] { return RunRetry(context, *options); });
  CLI::App* discard = AddCommand(*letters, context, "discard", "Note that nothing is to be done about it",
                                 "  rasti dead-letters discard 3-1801 --reason 'A load test.'",
                                 [&context, options] { return RunDiscard(context, *options); });
  discard->add_option("--reason", options->reason, "Why; kept as long as the letter, so nothing personal")->required();
  for (CLI::App* command : {show, retry}) {
    command->add_option("--key", options->key_file, "The private key; default: DATA/dead-letters.key")
        ->type_name("FILE");
  }
  for (CLI::App* command : {show, retry, discard}) {
    command->add_option("ID", options->id, "The letter, as `list` shows it: 3-1742")->required();
  }
  CLI::App* new_key = AddCommand(*letters, context, "new-key",
                                 "Make a key pair that dead letters are sealed to from now on. Keep the private half "
                                 "where you like; nodes need the public one only",
                                 "  rasti dead-letters new-key --out /tmp/dead-letters-2027.key",
                                 [&context, options] { return RunNewKey(context, *options); });
  new_key->add_option("--out", options->out_file, "The file of the private half; default: DATA/dead-letters.key")
      ->type_name("FILE");
}

}  // namespace rasti::cli
