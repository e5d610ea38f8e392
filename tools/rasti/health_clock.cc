// The clock as `rasti doctor` sees it: what was written down already tells how far it must be.
#include <fmt/format.h>
#include <sys/timex.h>

#include <array>

#include "engine/ports/clock.h"
#include "tools/rasti/backup/last_backup.h"
#include "tools/rasti/health_parts.h"

namespace rasti::cli {
namespace {

constexpr Duration kClockBehindMost{60'000};

// What the kernel says; nothing where it may not be asked.
std::optional<bool> IsKeptRight() {
  struct timex asked {};  // no mode: nothing is set
  const int state = ::adjtimex(&asked);
  if (state < 0) return std::nullopt;
  return state != TIME_ERROR;
}

void CheckVirtualClock(const DataPaths& paths, std::optional<Instant> last, Findings& findings) {
  const auto now = ReadVirtualClock(paths);
  if (!now) {
    findings.push_back(Problem("clock", now.error(),
                               fmt::format("write the time of the last event into {}: {}", paths.clock(),
                                           last ? FormatInstant(*last) : "any time to start at")));
  } else if (last && *last > *now) {
    findings.push_back(Noted("clock", fmt::format("virtual, at {}, before the last event, which was recorded at {}; "
                                                  "the next start moves it there",
                                                  FormatInstant(*now), FormatInstant(*last))));
  } else {
    findings.push_back(Good("clock", "virtual, at " + FormatInstant(*now)));
  }
}

}  // namespace

void JudgeClock(const ClockFacts& facts, Findings& findings) {
  struct Past {
    std::optional<Instant> at;
    std::string_view what;
    std::string_view remedy;
  };
  const std::array pasts{
      Past{facts.last_event, "the last event was recorded at",
           "set the machine's clock right (NTP); until then nothing is decided"},
      Past{facts.made_at, "the directory was made at", "set the machine's clock right (NTP); deadlines go by it"},
      Past{facts.last_backup, "the last backup was made at",
           "set the machine's clock right (NTP); if it was wrong then, make a backup again"}};
  for (const Past& past : pasts) {
    if (!past.at || *past.at <= facts.now + kClockBehindMost) continue;
    findings.push_back(Problem(
        "clock",
        {ErrorCode::kUnavailable,
         fmt::format("the machine says {}, but {} {}", FormatInstant(facts.now), past.what, FormatInstant(*past.at))},
        std::string(past.remedy)));
    return;
  }
  const std::string text =
      fmt::format("{}, not before {}", FormatInstant(facts.now), facts.last_event ? "the last event" : "what is here");
  if (facts.kept_right.value_or(true)) {
    findings.push_back(Good("clock", text));
  } else {
    findings.push_back(Noted("clock", text + "; the kernel says that nothing keeps it right",
                             "run a time service (systemd-timesyncd, chrony): deadlines go by this clock"));
  }
}

void CheckClock(const DataPaths& paths, const DataMeta& meta, std::optional<Instant> last_event, Findings& findings) {
  if (meta.virtual_clock) return CheckVirtualClock(paths, last_event, findings);
  ClockFacts facts{.now = ports::SystemClock().Now(), .made_at = meta.created_at, .last_event = last_event};
  if (const auto backup = ReadLastBackup(paths)) facts.last_backup = backup->made_at;
  facts.kept_right = IsKeptRight();
  JudgeClock(facts, findings);
}

}  // namespace rasti::cli
