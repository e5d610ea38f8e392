#include "engine/core/command.h"

namespace rasti::core {

std::string_view CommandTypeName(const CommandPayload& payload) {
  return std::visit(Overloaded{
                        [](const SubmitCase&) -> std::string_view { return "submit_case"; },
                        [](const TakeAction&) -> std::string_view { return "take_action"; },
                        [](const AssignCase&) -> std::string_view { return "assign_case"; },
                        [](const ReleaseCase&) -> std::string_view { return "release_case"; },
                        [](const AddMessage&) -> std::string_view { return "add_message"; },
                        [](const AddAttachment&) -> std::string_view { return "add_attachment"; },
                        [](const ExtendClock&) -> std::string_view { return "extend_clock"; },
                        [](const PauseClocks&) -> std::string_view { return "pause_clocks"; },
                        [](const ResumeClocks&) -> std::string_view { return "resume_clocks"; },
                        [](const ReopenCase&) -> std::string_view { return "reopen_case"; },
                        [](const MergeInto&) -> std::string_view { return "merge_into"; },
                        [](const ReferCase&) -> std::string_view { return "refer_case"; },
                        [](const WithdrawCase&) -> std::string_view { return "withdraw_case"; },
                        [](const RateCase&) -> std::string_view { return "rate_case"; },
                        [](const CorrectCase&) -> std::string_view { return "correct_case"; },
                        [](const MigrateCase&) -> std::string_view { return "migrate_case"; },
                        [](const AdvanceCase&) -> std::string_view { return "advance_case"; },
                        [](const GoLive&) -> std::string_view { return "go_live"; },
                        [](const RecordDelivery&) -> std::string_view { return "record_delivery"; },
                        [](const RecordAccess&) -> std::string_view { return "record_access"; },
                        [](const LinkDuplicate&) -> std::string_view { return "link_duplicate"; },
                        [](const IssueNumber&) -> std::string_view { return "issue_number"; },
                        [](const AnswerFollowUp&) -> std::string_view { return "answer_follow_up"; },
                    },
                    payload);
}

bool IsFollowUp(const CommandPayload& payload) {
  return std::holds_alternative<LinkDuplicate>(payload) || std::holds_alternative<IssueNumber>(payload) ||
         std::holds_alternative<AnswerFollowUp>(payload);
}

}  // namespace rasti::core
