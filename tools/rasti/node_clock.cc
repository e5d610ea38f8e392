#include "tools/rasti/node_clock.h"

#include <fmt/format.h>

#include "tools/rasti/files.h"

namespace rasti::cli {

Status NodeClock::Advance(Instant to) {
  if (!virtual_) {
    return Fail(
        Error::Invalid("the clock of this log is the machine's and cannot be moved; only a log made with "
                       "`rasti init --virtual-time START` has a clock of its own"));
  }
  const Instant now = now_.load();
  if (to < now) {
    return Fail(Error::Invalid(
        fmt::format("the clock stands at {} and never goes back to {}", FormatInstant(now), FormatInstant(to))));
  }
  if (to == now) return {};
  RASTI_CHECKED(WriteFileDurably(file_, FormatInstant(to) + "\n"));
  now_.store(to);
  return {};
}

}  // namespace rasti::cli
