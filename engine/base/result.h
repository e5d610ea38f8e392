// Errors as values.
//
// A function that can fail for a reason outside the program (input, disk, peers) returns Result<T>.
// A broken invariant is a programming error: see check.h. Nothing in engine/ throws across its own interface.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace rasti {

/// What kind of failure this is, so that a caller can choose between mending the input, trying again and stopping.
enum class ErrorCode {
  kInvalidArgument,     // the input is wrong; the message names the place and what would be right
  kNotFound,            // what was named does not exist
  kAlreadyExists,       // what was to be made exists with another content
  kInUse,               // held by another process
  kUnavailable,         // may succeed when tried again
  kTimedOut,            // the bound on the wait passed; the outcome may be unknown
  kAborted,             // the transaction was undone as a whole; decide afresh
  kFenced,              // another owner took over: stop, drop what is not committed
  kCorruption,          // stored bytes are not what was written
  kIo,                  // the operating system refused
  kNoSpace,             // the disk is full
  kUnsupportedVersion,  // written by a newer version
  kPermission,          // not allowed
  kOutOfRange,          // beyond what a calendar, a type or a limit covers
  kInternal,            // a bug, reported instead of hidden
};

/// The stable lower-case name of a code, as shown to people and in JSON: "invalid_argument".
std::string_view ErrorCodeName(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  static Error Invalid(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }
  static Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
  static Error Corruption(std::string message) { return {ErrorCode::kCorruption, std::move(message)}; }
  static Error Io(std::string message) { return {ErrorCode::kIo, std::move(message)}; }
  static Error OutOfRange(std::string message) { return {ErrorCode::kOutOfRange, std::move(message)}; }
  static Error Internal(std::string message) { return {ErrorCode::kInternal, std::move(message)}; }

  /// The same error with the place it was met at in front: "workflow.yaml:3:4: ...".
  Error At(std::string_view place) const { return {code, std::string(place) + ": " + message}; }

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> Fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace rasti

#define RASTI_CONCAT_(a, b) a##b
#define RASTI_CONCAT(a, b) RASTI_CONCAT_(a, b)

/// RASTI_TRY(auto x, F()): x is the value of F(), or the enclosing function returns F()'s error.
#define RASTI_TRY(declaration, expression) RASTI_TRY_(RASTI_CONCAT(rasti_result_, __LINE__), declaration, expression)
#define RASTI_TRY_(result, declaration, expression)                \
  auto result = (expression);                                      \
  if (!result) return ::tl::unexpected(std::move(result).error()); \
  declaration = *std::move(result) /* NOLINT(bugprone-macro-parentheses) */

/// RASTI_CHECKED(F()): the enclosing function returns F()'s error, if it has one.
#define RASTI_CHECKED(expression)                               \
  do {                                                          \
    if (auto rasti_status = (expression); !rasti_status) {      \
      return ::tl::unexpected(std::move(rasti_status).error()); \
    }                                                           \
  } while (false)
