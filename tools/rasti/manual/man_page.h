// Manual pages in the language of man(7), made from the commands themselves.
#pragma once

#include <string>

#include "tools/rasti/manual/command_tree.h"

namespace rasti::cli {

/// "rasti.1", "rasti-topics-create.1".
std::string ManPageName(const CommandEntry& command);

/// The page of `command`, which is `root` or below it. Pure; the same input makes the same bytes.
std::string ManPage(const CommandEntry& root, const CommandEntry& command);

}  // namespace rasti::cli
