// Hot case states of the projector, the least recently used first out. Belongs to one thread.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/ids.h"
#include "engine/views/public_register.h"
#include "engine/views/rows.h"

namespace rasti::views {

/// A case with what its rows in the store are made of.
struct CachedCase {
  CasePage page;
  std::vector<std::string> deadline_keys;  // the rows that are in the store, sorted
  std::vector<std::string> inbox_keys;     // likewise
  std::optional<PublicEntry> public_entry;

  // By the batch in hand:
  bool touched = false;
  core::Revision first_added;
  std::vector<HistoryEntry> added;
  std::string added_events;  // where they are kept
};

class CaseCache {
 public:
  explicit CaseCache(size_t most) : most_(most) {}

  /// The case, or nullptr. Pointers stay good until Trim or Clear.
  CachedCase* Find(const core::CaseId& id);
  /// REQUIRES: the case is not there.
  CachedCase* Insert(const core::CaseId& id, CachedCase value);
  /// Lets go of what exceeds the bound.
  void Trim();
  void Clear();
  size_t size() const { return by_id_.size(); }

 private:
  struct Entry {
    core::CaseId id;
    CachedCase value;
  };
  size_t most_;
  std::list<Entry> entries_;  // the most recently used first
  absl::flat_hash_map<core::CaseId, std::list<Entry>::iterator> by_id_;
};

}  // namespace rasti::views
