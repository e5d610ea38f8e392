// Dead letters as an operator sees them: each with what became of it. Reads the log; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/codec/dead_letter_codec.h"
#include "engine/ports/event_log.h"

namespace rasti::runtime {

struct FiledDeadLetter {
  codec::DeadLetter letter;
  std::optional<codec::DeadLetterNote> note;  // the one that settled it, or the last one

  /// Nothing is left to do: it was discarded, or accepted when it was submitted again.
  bool is_settled() const;
};

struct DeadLetterQuery {
  std::optional<codec::DeadLetterId> id;  // this one only
  std::optional<Instant> since;           // taken in at or after it
  bool settled_too = false;
  size_t most = 50;  // the latest of them
  bool with_content = false;
};

struct DeadLetterPage {
  std::vector<FiledDeadLetter> letters;  // in the order in which they were set aside
  int64_t total = 0;                     // that the query fits
};

/// Errors: those of the log.
Result<DeadLetterPage> ReadDeadLetters(ports::EventLog& log, const DeadLetterQuery& query);

/// Errors: kNotFound (there is none, or no longer).
Result<FiledDeadLetter> FindDeadLetter(ports::EventLog& log, const codec::DeadLetterId& id, bool with_content);

/// Writes a note on a letter that is not settled; one that is stays as it is. The letter as it is then, without its
/// content. Errors: kNotFound; those of the log.
Result<FiledDeadLetter> NoteOnDeadLetter(ports::EventLog& log, codec::DeadLetterNote note);

}  // namespace rasti::runtime
