#include "tools/rasti/import/pipeline.h"

#include <fmt/format.h>

#include <thread>
#include <utility>

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;

bool MayRetry(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kAborted || code == ErrorCode::kTimedOut;
}

// The case already stands where the command would take it, or further: a later import went before this one.
bool IsPast(const core::Command& command, core::RejectionCode code) {
  using core::RejectionCode;
  if (std::holds_alternative<core::GoLive>(command.payload)) return code == RejectionCode::kNotHistoric;
  return std::holds_alternative<core::AdvanceCase>(command.payload) &&
         (code == RejectionCode::kNoChange || code == RejectionCode::kNotHistoric ||
          code == RejectionCode::kTimeInvalid);
}

}  // namespace

ImportPipeline::ImportPipeline(client::CommandClient& client, Options options, Done done)
    : client_(client), options_(options), done_(std::move(done)), slots_(options.rows_most) {
  for (size_t slot = options.rows_most; slot > 0; --slot) free_.push_back(slot - 1);
}

Status ImportPipeline::Add(ImportRow row) {
  RASTI_CHECKED(TakeAnswers(milliseconds{0}));
  const size_t commands = row.planned.commands.size();
  const auto is_full = [&] {
    return free_.empty() || (free_.size() < slots_.size() && held_ + commands > options_.commands_most);
  };
  while (is_full() && !stopping_) RASTI_CHECKED(Step());
  if (stopping_) return {};
  if (free_.size() == slots_.size()) heard_ = std::chrono::steady_clock::now();
  const size_t slot = free_.back();
  free_.pop_back();
  held_ += commands;
  slots_[slot] = std::move(row);
  return Send(slot);
}

Status ImportPipeline::Drain() {
  while (free_.size() < slots_.size()) RASTI_CHECKED(Step());
  return {};
}

Status ImportPipeline::Step() {
  if (stopping_) {
    for (const size_t slot : std::exchange(again_, {})) Release(slot);
  }
  RASTI_CHECKED(TakeAnswers(options_.pause));
  if (!again_.empty()) RASTI_CHECKED(SendAgain());
  if (free_.size() < slots_.size() && std::chrono::steady_clock::now() - heard_ > options_.patience) {
    return Fail(ErrorCode::kTimedOut,
                fmt::format("the engine has not answered for {} s; give the same command again: it goes on where this "
                            "one ended",
                            std::chrono::duration_cast<std::chrono::seconds>(options_.patience).count()));
  }
  return {};
}

Status ImportPipeline::TakeAnswers(milliseconds wait) {
  std::vector<Answer> answers;
  {
    std::unique_lock lock(mailbox_->mutex);
    if (wait.count() > 0 && under_way_ > 0) {
      mailbox_->filled.wait_for(lock, wait, [&] { return !mailbox_->answers.empty(); });
    }
    answers.swap(mailbox_->answers);
  }
  if (wait.count() > 0 && under_way_ == 0 && !again_.empty()) std::this_thread::sleep_for(wait);
  for (Answer& answer : answers) RASTI_CHECKED(Handle(std::move(answer)));
  return {};
}

Status ImportPipeline::Send(size_t slot) {
  const ImportRow& row = *slots_[slot];
  const Status sent =
      client_.Start(row.planned.commands[row.next], [mailbox = mailbox_, slot](Result<codec::CommandResult> result) {
        const std::lock_guard lock(mailbox->mutex);
        mailbox->answers.push_back({slot, std::move(result)});
        mailbox->filled.notify_one();
      });
  if (sent) {
    ++under_way_;
    return {};
  }
  if (MayRetry(sent.error().code)) {
    again_.push_back(slot);
    return {};
  }
  if (sent.error().code != ErrorCode::kInvalidArgument) return Fail(sent.error());
  return Refused(slot, core::Rejection{core::RejectionCode::kTooLarge, "", sent.error().message});
}

Status ImportPipeline::SendAgain() {
  for (const size_t slot : std::exchange(again_, {})) RASTI_CHECKED(Send(slot));
  return {};
}

Status ImportPipeline::Handle(Answer answer) {
  --under_way_;
  ImportRow& row = *slots_[answer.slot];
  if (!answer.result) {
    if (!MayRetry(answer.result.error().code)) return Fail(answer.result.error());
    again_.push_back(answer.slot);
    return {};
  }
  heard_ = std::chrono::steady_clock::now();
  if (answer.result->accepted()) {
    if (row.next == 0) row.first_token = std::get<codec::Accepted>(answer.result->outcome).token;
  } else {
    auto& rejection = std::get<core::Rejection>(answer.result->outcome);
    if (!IsPast(row.planned.commands[row.next], rejection.code)) return Refused(answer.slot, std::move(rejection));
  }
  return GoOn(answer.slot);
}

Status ImportPipeline::Refused(size_t slot, core::Rejection rejection) {
  ImportRow& row = *slots_[slot];
  row.refused.push_back({row.next, std::move(rejection)});
  const bool skippable = row.next < row.planned.origins.size() && row.planned.origins[row.next].skippable;
  return skippable ? GoOn(slot) : Finish(slot);
}

Status ImportPipeline::GoOn(size_t slot) {
  ImportRow& row = *slots_[slot];
  ++row.next;
  if (!row.stopped()) return Finish(slot);
  if (!stopping_) return Send(slot);
  Release(slot);
  return {};
}

Status ImportPipeline::Finish(size_t slot) {
  const std::optional<ImportRow> row = std::exchange(slots_[slot], std::nullopt);
  held_ -= row->planned.commands.size();
  Release(slot);
  return done_(*row);
}

void ImportPipeline::Release(size_t slot) {
  if (slots_[slot]) held_ -= slots_[slot]->planned.commands.size();
  slots_[slot].reset();
  free_.push_back(slot);
}

}  // namespace rasti::cli
