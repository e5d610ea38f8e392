// What `rasti doctor` looks at: findings about a data directory, each with its remedy. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "tools/rasti/data_directory.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

enum class Health { kGood, kNote, kProblem };

struct Finding {
  std::string what;  // "log", "key", "disk"
  Health health = Health::kGood;
  std::string text;
  std::string remedy;     // of a problem
  Exit exit = Exit::kOk;  // that a problem stands for
};

using Findings = std::vector<Finding>;

/// The directory, the key's file, the disk, the socket's path.
void CheckFiles(const DataPaths& paths, Findings& findings);
/// Who holds the directory; when nobody does, everything inside: log, state, views, clock, packages.
/// `thorough` reads every record of the log.
void CheckEngine(const DataPaths& paths, bool thorough, Findings& findings);

Finding Good(std::string what, std::string text);
Finding Noted(std::string what, std::string text);
Finding Problem(std::string what, const Error& error, std::string remedy);

}  // namespace rasti::cli
