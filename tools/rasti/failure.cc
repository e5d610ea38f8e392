#include "tools/rasti/failure.h"

namespace rasti::cli {

Exit ExitOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kOutOfRange:
    case ErrorCode::kAlreadyExists: return Exit::kUsage;
    case ErrorCode::kNotFound: return Exit::kNotFound;
    case ErrorCode::kInUse:
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimedOut:
    case ErrorCode::kAborted:
    case ErrorCode::kFenced: return Exit::kUnavailable;
    case ErrorCode::kCorruption: return Exit::kCorruption;
    case ErrorCode::kIo:
    case ErrorCode::kNoSpace:
    case ErrorCode::kPermission: return Exit::kIo;
    case ErrorCode::kUnsupportedVersion: return Exit::kNewerVersion;
    case ErrorCode::kInternal: return Exit::kInternal;
  }
  return Exit::kInternal;
}

Failure::Failure(const Error& error)
    : exit(ExitOf(error.code)), code(ErrorCodeName(error.code)), message(error.message) {}

Failure::Failure(const core::Rejection& rejection)
    : exit(Exit::kRejected),
      code(core::RejectionCodeName(rejection.code)),
      field(rejection.field),
      message(rejection.message) {}

std::string_view ExitCodeHelp() {
  return "Exit codes:\n"
         "  0   done\n"
         "  1   the engine rejected the command; the code is shown\n"
         "  2   wrong arguments or input\n"
         "  3   no such case, file or directory\n"
         "  4   in use by another process, or no answer in time: try again\n"
         "  5   stored data is damaged, or a verification found a difference\n"
         "  6   the operating system refused: rights, a full disk\n"
         "  7   the data were written by a newer rasti\n"
         "  70  a bug in rasti";
}

}  // namespace rasti::cli
