#include <rapidcheck.h>

#include <algorithm>
#include <limits>

#include "tests/support/any_fill.h"

namespace rasti::test {
namespace {

// UTF-8 of one, two, three and four bytes, and what needs escaping somewhere.
const std::vector<std::string>& Pieces() {
  static const std::vector<std::string> pieces{"a",  "Z", "7", " ", "\"", "\\",         "\n", "/",
                                               "~1", "ë", "Ç", "ђ", "€",  "\U0001F6A7", "{}", std::string(1, '\0')};
  return pieces;
}

}  // namespace

std::string AnyText() {
  std::string text;
  for (const uint8_t piece : *rc::gen::arbitrary<std::vector<uint8_t>>()) text += Pieces()[piece % Pieces().size()];
  return text;
}

std::string AnyBytes() { return *rc::gen::arbitrary<std::string>(); }

int64_t AnyNumber(int64_t least, int64_t most) {
  // inRange takes an end that is not reached, which the largest number does not have.
  const bool whole = most == std::numeric_limits<int64_t>::max();
  return *rc::gen::inRange<int64_t>(least, whole ? most : most + 1);
}

core::CaseId AnyCaseId() {
  core::CaseId id;
  Fill(Values(), id);
  return id;
}

std::string AnyDamageTo(std::string bytes) {
  for (int i = 0; i < 3; ++i) {
    bytes[static_cast<size_t>(AnyNumber(0, static_cast<int64_t>(bytes.size()) - 1))] =
        static_cast<char>(AnyNumber(-128, 127));
  }
  return bytes;
}

void Fill(Values, std::string& out) { out = AnyText(); }
void Fill(Values, bool& out) { out = AnyNumber(0, 1) == 1; }
void Fill(Values, int& out) { out = *rc::gen::arbitrary<int>(); }
void Fill(Values, int64_t& out) { out = *rc::gen::arbitrary<int64_t>(); }
void Fill(Values, Instant& out) {
  out = InstantFromUnixMillis(AnyNumber(ToUnixMillis(kEarliestInstant), ToUnixMillis(kLatestInstant)));
}
void Fill(Values, Duration& out) { out = Duration(*rc::gen::arbitrary<int64_t>()); }
void Fill(Values, sla::Day& out) {
  const sla::Day first(1, 1, 1);
  out = first + AnyNumber(0, sla::Day(9999, 12, 31) - first);
}
void Fill(Values, Hash256& out) { out = Sha256({AnyText()}); }
void Fill(Values, core::CaseId& out) {
  const Hash256 bytes = Sha256({AnyText()});
  std::copy_n(bytes.begin(), out.uuid.bytes.size(), out.uuid.bytes.begin());
}

void Fill(Values values, sla::Rule& out) {
  FillEnum(out.count, 6);
  FillEnum(out.start, 3);
  FillEnum(out.ends, 3);
  FillEnum(out.roll, 2);
  FillEnum(out.month_end, 2);
  FillAll(values, out.number, out.length, out.date);
}

void Fill(Values values, sla::Paused& out) { Fill(values, out.at); }
void Fill(Values values, sla::Resumed& out) { Fill(values, out.at); }
void Fill(Values values, sla::Extended& out) { Fill(values, out.by); }
void Fill(Values values, sla::Replanned& out) { Fill(values, out.at); }
void Fill(Values values, core::PendingWarning& out) { Fill(values, out.at); }
void Fill(Values values, sla::Course& out) { FillAll(values, out.rule, out.start, out.steps); }
void Fill(Values values, core::EscalationTarget& out) { FillAll(values, out.tenant, out.role); }
void Fill(Values values, core::PendingEscalation& out) { FillAll(values, out.level, out.at, out.to); }
void Fill(Values values, core::ClockPlan& out) {
  FillAll(values, out.due_at, out.computed_due_at, out.warnings, out.escalations);
}
void Fill(Values values, core::GivenDeadline& out) { FillAll(values, out.clock, out.due_at); }
void Fill(Values values, core::Actor& out) { FillAll(values, out.id, out.role); }
void Fill(Values values, core::Assignment& out) { FillAll(values, out.tenant, out.directorate, out.queue, out.person); }
void Fill(Values values, core::Field& out) {
  FillAll(values, out.origin_case, out.path, out.subject, out.key_id, out.sealed);
  out.value = out.sealed ? AnyBytes() : AnyText();
}
void Fill(Values, core::Direction& out) { FillEnum(out, 2); }
void Fill(Values values, core::AttachmentAdded& out) {
  FillAll(values, out.direction, out.attachment_id, out.name, out.media_type, out.sha256);
  out.size_bytes = AnyNumber(0, std::numeric_limits<int64_t>::max());
}
void Fill(Values values, core::DeliveryRecorded& out) {
  FillAll(values, out.outbox_id, out.channel, out.outcome, out.detail);
}

}  // namespace rasti::test
