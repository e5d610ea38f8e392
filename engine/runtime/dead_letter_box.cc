#include "engine/runtime/dead_letter_box.h"

#include <fmt/format.h>

#include <map>

namespace rasti::runtime {
namespace {

// A page may hold so many sealed records of the largest size.
constexpr size_t kPage = 64;

bool Settles(const codec::DeadLetterNote& note) {
  const auto* retried = std::get_if<codec::DeadLetterRetried>(&note.what);
  return retried == nullptr || retried->accepted;
}

bool Fits(const DeadLetterQuery& query, const codec::DeadLetter& letter) {
  return (!query.id || letter.id == *query.id) && (!query.since || letter.taken_at >= *query.since);
}

class Filing {
 public:
  explicit Filing(const DeadLetterQuery& query) : query_(query) {}

  void Take(codec::DeadLetter letter) {
    if (!Fits(query_, letter)) return;
    if (!query_.with_content) letter.sealed.clear();
    // A second one of the same id tells of the same record.
    if (!places_.try_emplace(letter.id.str(), letters_.size()).second) return;
    letters_.push_back({std::move(letter), std::nullopt});
  }

  void Take(codec::DeadLetterNote note) {
    const auto place = places_.find(note.id.str());
    if (place == places_.end()) return;
    FiledDeadLetter& filed = letters_[place->second];
    if (!filed.is_settled()) filed.note = std::move(note);
  }

  DeadLetterPage Page() && {
    if (!query_.settled_too) std::erase_if(letters_, [](const FiledDeadLetter& filed) { return filed.is_settled(); });
    DeadLetterPage page;
    page.total = static_cast<int64_t>(letters_.size());
    if (letters_.size() > query_.most) {
      letters_.erase(letters_.begin(), letters_.end() - static_cast<std::ptrdiff_t>(query_.most));
    }
    page.letters = std::move(letters_);
    return page;
  }

 private:
  const DeadLetterQuery& query_;
  std::vector<FiledDeadLetter> letters_;
  std::map<std::string, size_t> places_;
};

}  // namespace

bool FiledDeadLetter::is_settled() const { return note && Settles(*note); }

Result<DeadLetterPage> ReadDeadLetters(ports::EventLog& log, const DeadLetterQuery& query) {
  Filing filing(query);
  for (int64_t from = 0;;) {
    RASTI_TRY(const auto records, log.ReadDeadLetters(from, kPage));
    for (const ports::DeadLetterRecord& record : records) {
      auto decoded = codec::DecodeDeadLetterRecord(record.value);
      // Whoever may write the topic may write anything; and what a newer engine notes is for a newer program.
      if (!decoded) continue;
      std::visit([&](auto& content) { filing.Take(std::move(content)); }, *decoded);
    }
    if (records.size() < kPage) return std::move(filing).Page();
    from = records.back().position + 1;
  }
}

Result<FiledDeadLetter> FindDeadLetter(ports::EventLog& log, const codec::DeadLetterId& id, bool with_content) {
  RASTI_TRY(DeadLetterPage page,
            ReadDeadLetters(
                log, {.id = id, .since = std::nullopt, .settled_too = true, .most = 1, .with_content = with_content}));
  if (!page.letters.empty()) return std::move(page.letters.front());
  return Fail(Error::NotFound(fmt::format(
      "there is no dead letter {}, or no longer: they are kept for a bounded time; `rasti dead-letters list --all` "
      "shows those that there are",
      id.str())));
}

Result<FiledDeadLetter> NoteOnDeadLetter(ports::EventLog& log, codec::DeadLetterNote note) {
  RASTI_TRY(FiledDeadLetter filed, FindDeadLetter(log, note.id, false));
  if (filed.is_settled()) return filed;
  RASTI_CHECKED(log.WriteDeadLetter({note.id.str(), codec::EncodeDeadLetterRecord(note)}));
  filed.note = std::move(note);
  return filed;
}

}  // namespace rasti::runtime
