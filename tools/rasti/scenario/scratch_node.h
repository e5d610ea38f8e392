// An engine of its own in a scratch directory, with a virtual clock: what scenarios are played on.
#pragma once

#include <memory>
#include <vector>

#include "tools/rasti/direct_session.h"
#include "tools/rasti/scratch_directory.h"

namespace rasti::cli {

/// Ownership: the directory is gone when this is. Threading: one thread.
class ScratchNode {
 public:
  /// With these packages in force from the beginning. Errors: those of CreateDataDirectory, Node::Open and Publish.
  static Result<std::unique_ptr<ScratchNode>> Open(const std::vector<codec::PackageFiles>& packages, Instant begins_at);

  Session& session() { return *session_; }

 private:
  explicit ScratchNode(ScratchDirectory directory) : directory_(std::move(directory)) {}

  ScratchDirectory directory_;
  std::unique_ptr<DirectSession> session_;
};

}  // namespace rasti::cli
