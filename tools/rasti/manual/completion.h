// Completion scripts for shells, made from the commands themselves: words of commands and options; folders and files
// where an option wants them.
#pragma once

#include <string>

#include "tools/rasti/manual/command_tree.h"

namespace rasti::cli {

std::string BashCompletion(const CommandEntry& root);
std::string ZshCompletion(const CommandEntry& root);
std::string FishCompletion(const CommandEntry& root);

}  // namespace rasti::cli
