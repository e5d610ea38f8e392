// Ctrl-C, and what else ends a command, as something that a command waits for: so that it ends in good order.
#pragma once

#include <chrono>
#include <memory>

#include "engine/base/result.h"

namespace rasti::cli {

/// From Arm to its end, SIGINT, SIGTERM and SIGHUP end nothing by themselves; before and afterwards they do what they
/// did. One at a time. Threading: one thread, except Wake.
class Interrupt {
 public:
  /// To be made before other threads are: they leave it to this one that a terminal has another size. Errors: kIo.
  static Result<std::unique_ptr<Interrupt>> Make();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// From now on signals are waited for, by this thread. A write that waits for its reader ends with them, too.
  void Arm();
  /// Whether one of the signals came.
  bool came() const;
  enum class Why : uint8_t { kTime, kWoken, kSignal, kInput };
  /// Waits for a signal, for Wake, for something to read on `input` (-1: nothing), or for the time. An input whose
  /// other end is gone counts as a signal.
  Why Wait(std::chrono::milliseconds timeout, int input = -1);
  /// Ends a Wait, this one or the next. Thread-safe.
  void Wake();

 private:
  struct Saved;
  explicit Interrupt(std::unique_ptr<Saved> saved);

  std::unique_ptr<Saved> saved_;
};

}  // namespace rasti::cli
