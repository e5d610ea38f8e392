// Why rows were refused, in words of the table that they stand in. Pure.
#pragma once

#include <vector>

#include "engine/codec/import_mapping.h"
#include "tools/rasti/import/pipeline.h"
#include "tools/rasti/import/rejects_file.h"

namespace rasti::cli {

/// The rows of a case that the engine did not take: those that it refused, and behind a command without which the case
/// cannot go on those that were not given any more. REQUIRES: a case that is through.
std::vector<RejectedRow> RejectedBy(const ImportRow& row, const codec::ImportMapping& mapping);

/// What the rejects file says of the row at that place.
RejectedRow RejectedAt(const RowPlace& place, std::string column, std::string reason);

}  // namespace rasti::cli
