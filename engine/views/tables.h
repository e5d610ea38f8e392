// The tables of the read views. Their rows are described in README.md beside this file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ports/view_store.h"

namespace rasti::views {

/// Goes up with every change of what the rows mean. Views of another format are dropped and rebuilt.
inline constexpr uint32_t kViewFormat = 6;

/// Indexes into ViewTables().
inline constexpr ports::Table kMeta{0};           // format and positions
inline constexpr ports::Table kCases{1};          // case page
inline constexpr ports::Table kHistory{2};        // where a case's events are
inline constexpr ports::Table kReferences{3};     // public reference -> cases
inline constexpr ports::Table kDeadlines{4};      // running clocks by due_at, of a tenant and of who holds them
inline constexpr ports::Table kEvents{5};         // the events themselves, where the log is not on this machine
inline constexpr ports::Table kInbox{6};          // open cases by who holds them and stage, by due_at
inline constexpr ports::Table kInboxCounts{7};    // how many they are
inline constexpr ports::Table kStats{8};          // what happened, by tenant and time
inline constexpr ports::Table kPublic{9};         // what anybody may read, by when it came
inline constexpr ports::Table kPublicCounts{10};  // how many they are

/// The names that the store is to be opened with, in this order.
const std::vector<std::string>& ViewTables();

/// What people know a view by.
struct ViewInfo {
  std::string name;   // "inbox"
  std::string shows;  // what it answers, and where
  std::vector<ports::Table> tables;
};
/// All views. Their tables are all of ViewTables() but `meta`.
const std::vector<ViewInfo>& AllViews();

}  // namespace rasti::views
