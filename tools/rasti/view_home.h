// Where the read views of a data directory lie, and which of them are shown.
//
//   DATA/views/shown       a link to the ones that are shown
//   DATA/views/<N>/        a store; a higher N than the link's is being built, a lower one was replaced
//
// The link is replaced in one step: after a crash it names the old store or the new one, both whole. Whatever it does
// not name is leftover. Whoever opens the directory while no node runs reads through the link.
//
// Threading: one caller at a time, who holds the directory's lock.
#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

class ViewHome {
 public:
  /// Takes views that lie in the place of the link (from a snapshot) into the order above, and deletes what the link
  /// does not name. Errors: kPermission, kIo, kNoSpace.
  static Result<ViewHome> Open(const DataPaths& paths);

  /// The store that is shown; it may not be made yet.
  std::string shown() const { return Directory(shown_); }
  /// An empty place for the next one.
  Result<std::string> Next();
  /// Shows the one that Next gave last, durably. Errors: as of Open; nothing has changed then.
  Status Show(const std::string& directory);
  /// Deletes one that is not shown.
  static Status Drop(const std::string& directory);

 private:
  explicit ViewHome(DataPaths paths) : paths_(std::move(paths)) {}
  std::string Directory(int number) const;
  Status Link(int number) const;
  Status DropLeftovers() const;

  DataPaths paths_;
  int shown_ = 1;
  int last_ = 1;
};

}  // namespace rasti::cli
