// `rasti clock`: what time it is for the engine; a virtual clock is moved forward.
#include <fmt/format.h>

#include "tools/rasti/commands.h"

namespace rasti::cli {
namespace {

// A time, or a length of it from the engine's now on.
Outcome<Instant> Target(Session& session, const std::string& text) {
  if (!text.starts_with('P')) {
    RASTI_TRY(const auto to, GivenInstant("TIME", text));
    return *to;
  }
  const auto length = ParseDuration(text);
  if (!length) return Misused(fmt::format("TIME {}: {}", text, length.error().message));
  RASTI_TRY(const Instant now, session.Now());
  const auto to = CheckedAdd(now, *length);
  if (!to) return Misused(fmt::format("TIME {}: lies beyond what can be counted to", text));
  return *to;
}

Outcome<void> ShowClock(const Context& context, const std::string& advance_to) {
  RASTI_TRY(const auto session, context.Open());
  if (!advance_to.empty()) {
    RASTI_TRY(const Instant to, Target(*session, advance_to));
    RASTI_CHECKED(session->AdvanceClock(to));
  }
  context.out.Progress("");
  RASTI_TRY(const Instant now, session->Now());
  const char* kind = session->virtual_clock() ? "virtual" : "wall";
  RASTI_CHECKED(session->Close());
  context.out.Line(fmt::format("{} ({} clock)", FormatInstant(now), kind));
  context.out.Json({{"now", FormatInstant(now)}, {"clock", kind}});
  return {};
}

}  // namespace

void AddClockCommand(CLI::App& app, Context& context) {
  CLI::App* clock = app.add_subcommand("clock", "Show the engine's clock, or move a virtual one forward");
  clock->fallthrough();
  clock->require_subcommand(1);
  clock->footer("Example:\n  rasti clock advance 2026-12-01T08:00:00+01:00");
  AddCommand(*clock, context, "show", "What time it is", "  rasti clock show",
             [&context] { return ShowClock(context, ""); });
  auto to = std::make_shared<std::string>();
  CLI::App* advance =
      AddCommand(*clock, context, "advance", "Let time pass: everything that falls due until then happens",
                 "  rasti clock advance 2026-12-01T08:00:00+01:00\n"
                 "  rasti clock advance P7D",
                 [&context, to] { return ShowClock(context, *to); });
  advance->add_option("TIME", *to, "Until when, or how long from now on (a DURATION); never back")->required();
}

}  // namespace rasti::cli
