// The commands under `rasti calendar`, each in a file of its name.
#pragma once

#include "tools/rasti/context.h"

namespace rasti::cli {

void AddCalendarListCommand(CLI::App& calendar, Context& context);
void AddCalendarShowCommand(CLI::App& calendar, Context& context);
void AddCalendarAmendCommand(CLI::App& calendar, Context& context);
void AddCalendarMovedCommand(CLI::App& calendar, Context& context);

}  // namespace rasti::cli
