// submitters.yaml: which systems may hand commands in, with which keys, for which tenants and in which roles.
//
//   submitters:
//     - id: portal
//       keys:                        # several while one is replaced by another
//         - {id: portal-2026, file: portal-2026.key}
//         - {id: portal-2025, file: portal-2025.key, retired: true}
//       tenants: [prishtine, mlga]   # left out: all
//       roles: [citizen]             # left out: all but the engine's own
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/issue.h"
#include "engine/core/ids.h"

namespace rasti::codec {

struct SubmitterKey {
  std::string id;
  std::string file;      // a name beside submitters.yaml, or an absolute path
  bool retired = false;  // what was signed with it stays verified; nothing new is taken
};

struct SubmitterEntry {
  core::SubmitterId id;
  std::vector<SubmitterKey> keys;
  std::vector<core::TenantId> tenants;  // empty: all
  std::vector<core::Role> roles;        // empty: all but the engine's own
};

/// The submitters, or nothing where there are errors.
std::optional<std::vector<SubmitterEntry>> ReadSubmitters(std::string_view yaml, Issues& issues);

}  // namespace rasti::codec
