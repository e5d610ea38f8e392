// What `rasti doctor` looks at: findings about a data directory, each with its remedy. Changes nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rasti/data_directory.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

enum class Health { kGood, kNote, kProblem };

struct Finding {
  std::string what;  // which check, by the id that AllChecks has
  Health health = Health::kGood;
  std::string text;
  std::string remedy;     // of a problem, and of some notes
  Exit exit = Exit::kOk;  // that a problem stands for
};

using Findings = std::vector<Finding>;

/// A check, as `rasti doctor --checks` lists it. Ids are stable: scripts depend on them.
struct CheckInfo {
  std::string_view id;
  std::string_view looks_for;
};
std::span<const CheckInfo> AllChecks();

struct HealthOptions {
  bool thorough = true;  // reads every record of the log, every block of the stores, and the open cases
  bool copy = false;     // where `rasti run` holds the directory: looks at a copy of the log that it sets aside
  uint64_t free_bytes_least = uint64_t{1} << 30;
};

/// The directory, its rights and keys, the disk, leftovers, the socket's path, backups.
void CheckFiles(const DataPaths& paths, const HealthOptions& options, Findings& findings);
/// Who holds the directory; when nobody does, everything inside: log, chains, clock, packages, state, views.
void CheckEngine(const DataPaths& paths, const HealthOptions& options, Findings& findings);

Finding Good(std::string what, std::string text);
Finding Noted(std::string what, std::string text, std::string remedy = "");
Finding Problem(std::string what, const Error& error, std::string remedy);

}  // namespace rasti::cli
