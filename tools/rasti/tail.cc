// `rasti tail`: events as they are recorded, a line each; with --follow as they come. Personal data stays where it is.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <set>

#include "engine/codec/json.h"
#include "engine/core/expression/names.h"
#include "engine/runtime/configuration_reader.h"
#include "tools/rasti/case_text.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"
#include "tools/rasti/interrupt.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr milliseconds kAskAgain{20'000};
// An answer comes by then, or the other end hangs.
constexpr milliseconds kAnswerMost{60'000};
constexpr size_t kTextMost = 200;  // code points of an event's text on a line
constexpr std::string_view kClockEvents[] = {
    "clock_started",  "clock_paused",    "clock_resumed",   "clock_met",         "clock_cancelled",
    "clock_extended", "clock_replanned", "deadline_warned", "deadline_breached", "case_escalated"};

struct TailOptions {
  bool follow = false;
  int lines = 10;
  std::string since;
  std::string from;  // "0:12,1:40"
  std::vector<std::string> tenants;
  std::vector<std::string> workflows;
  std::vector<std::string> cases;
  std::vector<std::string> types;
  bool clock_events = false;
  const CLI::Option* lines_given = nullptr;
};

std::string PositionsText(const EventPositions& positions) {
  std::vector<std::string> texts;
  for (const auto& [partition, next] : positions) texts.push_back(fmt::format("{}:{}", partition.value, next.value));
  return fmt::format("{}", fmt::join(texts, ","));
}

Json PositionsJson(const EventPositions& positions) {
  auto list = Json::array();
  for (const auto& [partition, next] : positions) {
    list.push_back({{"partition", partition.value}, {"sequence", next.value}});
  }
  return list;
}

template <class Number>
bool ReadNumber(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number >= 0;
}

Outcome<EventPositions> GivenPositions(const std::string& text) {
  EventPositions positions;
  for (size_t at = 0; at < text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view one = std::string_view(text).substr(at, comma - at);
    const size_t colon = one.find(':');
    core::PartitionId partition;
    core::Sequence next;
    if (colon == std::string_view::npos || !ReadNumber(one.substr(0, colon), partition.value) ||
        !ReadNumber(one.substr(colon + 1), next.value)) {
      return Misused(
          fmt::format("--from-sequence {}: partitions with the sequence of their next event are wanted, as in "
                      "0:1742,1:1801",
                      text));
    }
    if (!positions.emplace(partition, next).second) {
      return Misused(fmt::format("--from-sequence {}: partition {} is named twice", text, partition.value));
    }
    at = comma + 1;
  }
  return positions;
}

Outcome<EventFilter> GivenFilter(Session& session, const TailOptions& options) {
  EventFilter filter;
  for (const std::string& name : options.tenants) {
    RASTI_TRY(const auto tenant, GivenTenant(session, name));
    if (!tenant) return Misused("--tenant is empty");
    filter.tenants.push_back(*tenant);
  }
  if (!options.workflows.empty()) {
    RASTI_TRY(const auto configuration, session.Configuration());
    RASTI_TRY(const Instant now, session.Now());
    for (const std::string& name : options.workflows) {
      if (configuration->DefinitionAt(core::WorkflowId(name), now) == nullptr) {
        return Refuse(UnknownWorkflow(name, *configuration, now));
      }
      filter.workflows.emplace_back(name);
    }
  }
  for (const std::string& text : options.cases) {
    RASTI_TRY(const views::CasePage page, session.GetCase(text, {}, std::nullopt));
    filter.cases.push_back(page.state.id);
  }
  const auto& known = core::EventTypeNames();
  for (const std::string& type : options.types) {
    if (std::ranges::find(known, type) == known.end()) {
      std::string hint = core::expression::DidYouMean(type, known);
      if (hint.empty()) hint = fmt::format("; there are {}", core::expression::JoinNames(known));
      return Misused(fmt::format("--type {}: no event is of this type{}", type, hint));
    }
    filter.types.push_back(type);
  }
  if (options.clock_events) filter.types.insert(filter.types.end(), std::begin(kClockEvents), std::end(kClockEvents));
  return filter;
}

std::string Shortened(std::string text) {
  size_t at = 0;
  for (size_t points = 0; at < text.size() && points < kTextMost; ++points) {
    at += std::max<size_t>(core::expression::Utf8SequenceLength(std::string_view(text).substr(at)), 1);
  }
  if (at < text.size()) text.replace(at, std::string::npos, "...");
  return text;
}

// Prints events, and knows how far it has come.
class Printer {
 public:
  Printer(const Output& out, Session& session) : out_(out), session_(session) {}

  /// False where nobody reads what is printed any more.
  Outcome<bool> Print(const EventPage& page) {
    for (const FoundEvent& found : page.events) {
      RASTI_CHECKED(PrintOne(found));
      if (!out_.is_read()) return false;
    }
    next_ = page.next;
    return true;
  }
  /// Behind the last page that was printed whole.
  const EventPositions& next() const { return next_; }

 private:
  Outcome<void> PrintOne(const FoundEvent& found) {
    const core::Event& event = found.decoded.event;
    const core::EventContext& context = event.ctx();
    if (out_.json()) {
      Json json{{"partition", found.partition.value}};
      json.update(codec::ToJson(event, {.show_personal = false}));
      json["hash"] = ToHex(AsBytes(found.decoded.hash));
      out_.JsonLine(json);
      return {};
    }
    RASTI_TRY(const CaseSetting setting, SettingFor(context));
    out_.Line(fmt::format("{}  {}  {}  {}  {}", LocalText(context.occurred_at, setting.calendar),
                          core::PublicReference(context.case_id), context.tenant.str(),
                          core::EventTypeName(event.payload), Shortened(EventText(event, setting))));
    return {};
  }

  Outcome<CaseSetting> SettingFor(const core::EventContext& context) {
    RASTI_CHECKED(Learn(context.versions));
    CaseSetting setting;
    setting.configuration = configuration_;
    // By the versions that the event was decided with, which stay what they were.
    setting.calendar = setting.configuration->FindCalendar(context.versions.calendar, context.versions.tzdata);
    setting.tenant = setting.configuration->TenantAt(context.tenant, context.recorded_at);
    if (setting.tenant != nullptr && setting.tenant->overseen_by) {
      setting.overseer = setting.configuration->TenantAt(*setting.tenant->overseen_by, context.recorded_at);
    }
    return setting;
  }

  // Asks for what is published where an event names something that was published since.
  Outcome<void> Learn(const core::Versions& versions) {
    const std::array names = {versions.definition, versions.calendar, versions.directory, versions.tzdata};
    const auto is_known = [&](const core::VersionedName& name) { return known_.contains(name); };
    if (configuration_ != nullptr && std::ranges::all_of(names, is_known)) return {};
    RASTI_TRY(const auto packages, session_.Packages());
    RASTI_TRY(configuration_, runtime::ConfigurationReader::Of(packages));
    for (const codec::PublishedPackage& package : packages) known_.insert(package.files.id());
    // What is not among them even now is not asked for once more.
    known_.insert(names.begin(), names.end());
    return {};
  }

  const Output& out_;
  Session& session_;
  std::shared_ptr<const runtime::Configuration> configuration_;
  std::set<core::VersionedName> known_;
  EventPositions next_;
};

// The answer to what is asked for ahead; outlives the question.
struct Waiting {
  std::mutex mutex;
  std::optional<Result<EventPage>> page;  // guarded by mutex
};

// What went wrong with a node that answered before.
Failure Gone(Error error) {
  if (error.code == ErrorCode::kUnavailable) error.message = "`rasti run` went away: " + error.message;
  return error;
}

class Tail {
 public:
  Tail(const Context& context, Session& session, Interrupt& interrupt, EventQuery query)
      : context_(context),
        session_(session),
        interrupt_(interrupt),
        query_(std::move(query)),
        printer_(context.out, session) {}

  /// What there is. False: it is to end.
  Outcome<bool> ReadWhatIsThere() {
    for (;;) {
      RASTI_TRY(const EventPage page, session_.ReadEvents(query_));
      if (page.cut) context_.out.Note("note: not all of the log was looked through; --since looks from a time on");
      RASTI_TRY(const bool goes_on, printer_.Print(page));
      if (!goes_on || interrupt_.came()) return false;
      const bool is_last = query_.last > 0 || page.behind == 0;
      query_.from = page.next;
      query_.last = 0;
      query_.since.reset();
      if (is_last) return true;
    }
  }

  /// Until it is interrupted, nobody reads any more, or the other end goes.
  Outcome<void> Follow() {
    const auto waiting = std::make_shared<Waiting>();
    bool was_behind = false;
    bool has_answered = false;
    for (;;) {
      // The answer may come after the end of all this; then nobody waits for it. The session ends before `interrupt`.
      const std::weak_ptr<Waiting> still = waiting;
      const Status asked =
          session_.FollowEvents(query_, kAskAgain, [&interrupt = interrupt_, still](Result<EventPage> page) {
            const auto there = still.lock();
            if (there == nullptr) return;
            const std::lock_guard lock(there->mutex);
            there->page = std::move(page);
            interrupt.Wake();
          });
      if (!asked) return Refuse(has_answered ? Gone(asked.error()) : Failure(asked.error()));
      const auto until = std::chrono::steady_clock::now() + kAnswerMost;
      std::optional<Result<EventPage>> page;
      while (!page) {
        const auto left = std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
        if (left <= milliseconds{0}) return Refuse(Error{ErrorCode::kTimedOut, "`rasti run` does not answer any more"});
        if (interrupt_.Wait(left) == Interrupt::Why::kSignal) return {};
        const std::lock_guard lock(waiting->mutex);
        page.swap(waiting->page);
      }
      if (!*page) return Refuse(Gone(page->error()));
      has_answered = true;
      RASTI_TRY(const bool goes_on, printer_.Print(**page));
      if (!goes_on || interrupt_.came()) return {};
      const bool is_behind = (*page)->behind > 0;
      if (is_behind && !was_behind) {
        context_.out.Note(fmt::format("note: {} events behind; they are read from the log", (*page)->behind));
      }
      was_behind = is_behind;
      query_.from = (*page)->next;
    }
  }

  const EventPositions& next() const { return printer_.next(); }

 private:
  const Context& context_;
  Session& session_;
  Interrupt& interrupt_;
  EventQuery query_;
  Printer printer_;
};

Outcome<void> RunTail(const Context& context, const TailOptions& options) {
  EventQuery query;
  RASTI_TRY(query.since, GivenInstant("--since", options.since));
  RASTI_TRY(query.from, GivenPositions(options.from));
  if (query.since && !query.from.empty()) return Misused("--since and --from-sequence exclude each other");
  const bool from_somewhere = query.since || !query.from.empty();
  if (from_somewhere && options.lines_given->count() > 0) {
    return Misused(fmt::format("--lines counts back from the end; it does not go with {}",
                               query.since ? "--since" : "--from-sequence"));
  }
  RASTI_TRY(const auto interrupt, Interrupt::Make());
  RASTI_TRY(const auto session, context.Open());
  interrupt->Arm();
  RASTI_TRY(query.filter, GivenFilter(*session, options));
  if (!from_somewhere) query.last = static_cast<size_t>(options.lines);
  if (!from_somewhere && options.lines == 0) {
    RASTI_TRY(const auto ends, session->Ends());
    for (size_t i = 0; i < ends.size(); ++i) query.from[{static_cast<int32_t>(i)}] = ends[i];
  }
  Tail tail(context, *session, *interrupt, std::move(query));
  RASTI_TRY(const bool goes_on, tail.ReadWhatIsThere());
  Outcome<void> ended;
  if (options.follow && goes_on) ended = tail.Follow();
  // Where to go on, whatever the end was.
  context.out.JsonLine({{"next", PositionsJson(tail.next())}});
  if (options.follow && !context.out.json()) {
    context.out.Note(fmt::format("to go on behind it: --from-sequence {}", PositionsText(tail.next())));
  }
  if (!ended) return ended;
  RASTI_CHECKED(session->Close());
  return {};
}

}  // namespace

void AddTailCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<TailOptions>();
  CLI::App* command = AddCommand(
      app, context, "tail",
      "Print the last events of all cases, a line each, and with --follow those that come; never personal data",
      "  rasti tail --tenant prishtine --lines 20\n"
      "  rasti tail --since 2026-11-21T00:00:00+01:00 --type case_escalated --type deadline_breached",
      [&context, options] { return RunTail(context, *options); });
  command->add_flag("-f,--follow", options->follow, "Go on with what comes, until Ctrl-C; `rasti run` has to be there");
  options->lines_given = command->add_option("-n,--lines", options->lines, "Begin with so many of the last ones")
                             ->check(CLI::Range(0, 10'000))
                             ->capture_default_str();
  command->add_option("--since", options->since, "Begin with what was recorded then or later")->type_name("TIME");
  command
      ->add_option("--from-sequence", options->from, "Begin where another one ended: partitions, and their next event")
      ->type_name("P:N,...");
  command->add_option("--tenant", options->tenants, "Only this tenant's cases; may be given several times");
  command->add_option("--workflow", options->workflows, "Only cases of this workflow; may be given several times");
  command->add_option("--case", options->cases, "Only this case; may be given several times")->type_name("CASE");
  command->add_option("--type", options->types, "Only events of this type; may be given several times");
  command->add_flag("--clock-events", options->clock_events,
                    "Those of deadlines: started, paused, met, planned anew, warned of, breached, escalated, ...");
}

}  // namespace rasti::cli
