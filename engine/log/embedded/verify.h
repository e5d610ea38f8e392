// Reads everything a log holds and checks it.
#pragma once

#include <functional>
#include <vector>

#include "engine/log/embedded/database.h"

namespace rasti::log::embedded {

/// `ends`: the end of each partition. Errors: kCorruption naming the place and the last good sequence; kIo.
Status VerifyDatabase(Database& database, const std::vector<int64_t>& ends,
                      const std::function<void(int64_t, int64_t)>& progress);

}  // namespace rasti::log::embedded
