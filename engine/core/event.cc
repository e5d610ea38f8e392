#include "engine/core/event.h"

#include <fmt/format.h>

namespace rasti::core {

Actor SystemActor() { return {ActorId("system"), Role("system")}; }

bool Event::operator==(const Event& other) const {
  return *context == *other.context && revision == other.revision && sequence == other.sequence &&
         prev_hash == other.prev_hash && payload == other.payload && signed_command == other.signed_command;
}

std::string_view EventTypeName(const EventPayload& payload) {
  return std::visit(Overloaded{
                        [](const CaseSubmitted&) -> std::string_view { return "case_submitted"; },
                        [](const StageEntered&) -> std::string_view { return "stage_entered"; },
                        [](const ActionTaken&) -> std::string_view { return "action_taken"; },
                        [](const CaseAssigned&) -> std::string_view { return "case_assigned"; },
                        [](const CaseReleased&) -> std::string_view { return "case_released"; },
                        [](const CaseReferred&) -> std::string_view { return "case_referred"; },
                        [](const CaseReopened&) -> std::string_view { return "case_reopened"; },
                        [](const CaseWithdrawn&) -> std::string_view { return "case_withdrawn"; },
                        [](const CaseRated&) -> std::string_view { return "case_rated"; },
                        [](const CaseClosed&) -> std::string_view { return "case_closed"; },
                        [](const CaseCorrected&) -> std::string_view { return "case_corrected"; },
                        [](const CaseMigrated&) -> std::string_view { return "case_migrated"; },
                        [](const CaseAdvanced&) -> std::string_view { return "case_advanced"; },
                        [](const CaseWentLive&) -> std::string_view { return "case_went_live"; },
                        [](const MessageAdded& message) -> std::string_view {
                          return message.direction == Direction::kFromCitizen ? "message_received" : "message_sent";
                        },
                        [](const AttachmentAdded& attachment) -> std::string_view {
                          return attachment.direction == Direction::kFromCitizen ? "attachment_received"
                                                                                 : "attachment_sent";
                        },
                        [](const ResponseSent&) -> std::string_view { return "response_sent"; },
                        [](const ClockStarted&) -> std::string_view { return "clock_started"; },
                        [](const ClockPaused&) -> std::string_view { return "clock_paused"; },
                        [](const ClockResumed&) -> std::string_view { return "clock_resumed"; },
                        [](const ClockMet&) -> std::string_view { return "clock_met"; },
                        [](const ClockCancelled&) -> std::string_view { return "clock_cancelled"; },
                        [](const ClockExtended&) -> std::string_view { return "clock_extended"; },
                        [](const ClockReplanned&) -> std::string_view { return "clock_replanned"; },
                        [](const DeadlineWarned&) -> std::string_view { return "deadline_warned"; },
                        [](const DeadlineBreached&) -> std::string_view { return "deadline_breached"; },
                        [](const CaseEscalated&) -> std::string_view { return "case_escalated"; },
                        [](const MergeRequested&) -> std::string_view { return "merge_requested"; },
                        [](const DuplicateLinked&) -> std::string_view { return "duplicate_linked"; },
                        [](const CaseMerged&) -> std::string_view { return "case_merged"; },
                        [](const MergeRefused&) -> std::string_view { return "merge_refused"; },
                        [](const FollowUpTimedOut&) -> std::string_view { return "follow_up_timed_out"; },
                        [](const DeliveryRecorded&) -> std::string_view { return "delivery_recorded"; },
                        [](const PersonalDataOpened&) -> std::string_view { return "personal_data_opened"; },
                        [](const NumberRequested&) -> std::string_view { return "number_requested"; },
                        [](const NumberIssued&) -> std::string_view { return "number_issued"; },
                        [](const NumberReceived&) -> std::string_view { return "number_received"; },
                        [](const NumberRefused&) -> std::string_view { return "number_refused"; },
                    },
                    payload);
}

const std::vector<std::string_view>& EventTypeNames() {
  static const std::vector<std::string_view> names{
      "case_submitted",       "stage_entered",       "action_taken",      "case_assigned",       "case_released",
      "case_referred",        "case_reopened",       "case_withdrawn",    "case_rated",          "case_closed",
      "case_corrected",       "case_migrated",       "case_advanced",     "case_went_live",      "message_received",
      "message_sent",         "attachment_received", "attachment_sent",   "response_sent",       "clock_started",
      "clock_paused",         "clock_resumed",       "clock_met",         "clock_cancelled",     "clock_extended",
      "clock_replanned",      "deadline_warned",     "deadline_breached", "case_escalated",      "merge_requested",
      "duplicate_linked",     "case_merged",         "merge_refused",     "follow_up_timed_out", "delivery_recorded",
      "personal_data_opened", "number_requested",    "number_issued",     "number_received",     "number_refused"};
  return names;
}

std::string EventId(const CaseId& case_id, Revision revision) {
  return fmt::format("{}/{}", case_id.str(), revision.value);
}

}  // namespace rasti::core
