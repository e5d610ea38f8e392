// All commands of the command line, each in a file of its name or theme.
#pragma once

#include "tools/rasti/context.h"

namespace rasti::cli {

void AddInitCommand(CLI::App& app, Context& context);
void AddLintCommand(CLI::App& app, Context& context);
void AddTestCommand(CLI::App& app, Context& context);
void AddPublishCommand(CLI::App& app, Context& context);
void AddPackagesCommand(CLI::App& app, Context& context);
void AddCalendarCommand(CLI::App& app, Context& context);

void AddSubmitCommand(CLI::App& app, Context& context);
void AddActCommand(CLI::App& app, Context& context);
void AddAssignCommand(CLI::App& app, Context& context);
void AddReleaseCommand(CLI::App& app, Context& context);
void AddReassignCommand(CLI::App& app, Context& context);
void AddMessageCommand(CLI::App& app, Context& context);
void AddAttachCommand(CLI::App& app, Context& context);
void AddExtendCommand(CLI::App& app, Context& context);
void AddPauseCommand(CLI::App& app, Context& context);
void AddResumeCommand(CLI::App& app, Context& context);
void AddReopenCommand(CLI::App& app, Context& context);
void AddMergeCommand(CLI::App& app, Context& context);
void AddReferCommand(CLI::App& app, Context& context);
void AddWithdrawCommand(CLI::App& app, Context& context);
void AddRateCommand(CLI::App& app, Context& context);
void AddCorrectCommand(CLI::App& app, Context& context);
void AddMigrateCommand(CLI::App& app, Context& context);

void AddShowCommand(CLI::App& app, Context& context);
void AddHistoryCommand(CLI::App& app, Context& context);
void AddExplainCommand(CLI::App& app, Context& context);
void AddInboxCommand(CLI::App& app, Context& context);
void AddStatsCommand(CLI::App& app, Context& context);
void AddPublicCommand(CLI::App& app, Context& context);
void AddNumbersCommand(CLI::App& app, Context& context);
void AddResponsesCommand(CLI::App& app, Context& context);
void AddViewsCommand(CLI::App& app, Context& context);
void AddOverdueCommand(CLI::App& app, Context& context);
void AddTallyCommand(CLI::App& app, Context& context);
void AddDeadlinesCommand(CLI::App& app, Context& context);
void AddExportCommand(CLI::App& app, Context& context);
void AddTailCommand(CLI::App& app, Context& context);
void AddImportCommand(CLI::App& app, Context& context);
void AddGoLiveCommand(CLI::App& app, Context& context);

void AddTopicsCommand(CLI::App& app, Context& context);
void AddDeadLettersCommand(CLI::App& app, Context& context);
void AddRunCommand(CLI::App& app, Context& context);
void AddServeViewsCommand(CLI::App& app, Context& context);
void AddTopCommand(CLI::App& app, Context& context);
void AddConfigCommand(CLI::App& app, Context& context);
void AddRetireCommand(CLI::App& app, Context& context);
void AddSnapshotCommand(CLI::App& app, Context& context);
void AddBackupCommand(CLI::App& app, Context& context);
void AddRestoreCommand(CLI::App& app, Context& context);
void AddReplayCommand(CLI::App& app, Context& context);
void AddAuditCommand(CLI::App& app, Context& context);
void AddWitnessCommand(CLI::App& app, Context& context);
void AddDoctorCommand(CLI::App& app, Context& context);
void AddClockCommand(CLI::App& app, Context& context);
/// `man` and `completion`; they tell of all commands of `app`.
void AddManualCommands(CLI::App& app, Context& context);

}  // namespace rasti::cli
