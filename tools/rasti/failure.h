// Why a command of the command line did not do what it was asked for, and the exit code that says so to scripts.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "engine/base/result.h"
#include "engine/core/decide.h"

namespace rasti::cli {

/// Stable: scripts depend on them. `rasti --help` lists them.
enum class Exit : int {
  kOk = 0,
  kRejected = 1,      // the engine refused the command; the code says why
  kUsage = 2,         // wrong arguments or input
  kNotFound = 3,      // no such case, file or directory
  kUnavailable = 4,   // in use by another process, or no answer in time
  kCorruption = 5,    // what is stored is damaged, or a verification found a difference
  kIo = 6,            // the operating system refused: rights, disk full, ...
  kNewerVersion = 7,  // written by a newer rasti
  kInternal = 70,     // a bug
};

struct Failure {
  Exit exit = Exit::kInternal;
  std::string code;   // "wrong_stage", "not_found"
  std::string field;  // of the command, where one is to blame
  std::string message;

  Failure() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): so that RASTI_TRY passes errors on
  Failure(const Error& error);
  // NOLINTNEXTLINE(google-explicit-constructor)
  Failure(const core::Rejection& rejection);
  Failure(Exit exit_code, std::string stable_code, std::string text)
      : exit(exit_code), code(std::move(stable_code)), message(std::move(text)) {}
};

Exit ExitOf(ErrorCode code);
/// The lines of `--help` about exit codes.
std::string_view ExitCodeHelp();

template <class T>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> Refuse(Failure failure) { return tl::unexpected<Failure>(std::move(failure)); }
/// Wrong arguments or input.
inline tl::unexpected<Failure> Misused(std::string message) {
  return Refuse(Failure(Error::Invalid(std::move(message))));
}

}  // namespace rasti::cli
