// What only shows when workflows are read beside directories: rules that a tenant has too few people for.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/codec/package.h"

namespace rasti::codec {

struct StaffingIssue {
  size_t package = 0;  // whose file it is about: an index into the list
  Issue issue;         // a warning
};

/// Four eyes that a tenant does not have: an action barred to who took another one (`not_by`), where only one person
/// of the tenant's own may take either. Of several versions the last in the list counts. Told of are those from
/// `first_new` on: at the workflow where it is one of them, at the tenant otherwise. Packages that do not load are left
/// out. Directories are read only where there is such an action.
std::vector<StaffingIssue> CheckStaffing(const std::vector<PackageFiles>& packages, size_t first_new);

}  // namespace rasti::codec
