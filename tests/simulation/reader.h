// The read side: a process of its own that keeps views of all partitions, dies now and then, and goes on where its
// views were flushed last.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "tests/simulation/log_record.h"
#include "tests/support/memory_view_store.h"

namespace rasti::simulation {

class Reader {
 public:
  /// The log outlives the reader.
  explicit Reader(const LogRecord& log) : log_(log) { Open(); }

  /// Projects a little of some partition, flushes, or dies.
  void Turn();
  void CatchUp();
  /// How the views differ from those that the log alone gives. `events` is where they are read.
  std::vector<std::string> Differences(ports::EventLog& events) const;
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  void Open();
  void Wrong(const Error& error) { violations_.push_back("the reader died: " + error.message); }
  static Status Project(const LogRecord& log, views::Projector& projector, core::PartitionId partition, size_t most);

  const LogRecord& log_;
  test::MemoryViewStore store_{views::ViewTables().size()};
  std::unique_ptr<views::Projector> projector_;
  std::vector<std::string> violations_;
};

}  // namespace rasti::simulation
