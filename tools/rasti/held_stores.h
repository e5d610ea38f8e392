// The state stores that are open in this process, so that they can be copied while others write them.
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/core/ids.h"
#include "engine/ports/view_store.h"

namespace rasti::cli {

class HeldStores {
 public:
  /// A handle on the store for its owner; the store closes with the last one that holds it.
  std::unique_ptr<ports::ViewStore> Hold(core::PartitionId partition, std::unique_ptr<ports::ViewStore> store);
  /// Those that are open at this moment, which stay so while they are held here.
  std::map<core::PartitionId, std::shared_ptr<ports::ViewStore>> Held() const;

 private:
  mutable std::mutex mutex_;
  std::map<core::PartitionId, std::weak_ptr<ports::ViewStore>> stores_;
};

}  // namespace rasti::cli
