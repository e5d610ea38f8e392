#include "engine/views/case_cache.h"

#include "engine/base/check.h"

namespace rasti::views {

CachedCase* CaseCache::Find(const core::CaseId& id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->value;
}

CachedCase* CaseCache::Insert(const core::CaseId& id, CachedCase value) {
  entries_.push_front({id, std::move(value)});
  const bool inserted = by_id_.emplace(id, entries_.begin()).second;
  RASTI_CHECK(inserted, "a case is cached once");
  return &entries_.front().value;
}

void CaseCache::Trim() {
  while (by_id_.size() > most_) {
    by_id_.erase(entries_.back().id);
    entries_.pop_back();
  }
}

void CaseCache::Clear() {
  by_id_.clear();
  entries_.clear();
}

}  // namespace rasti::views
