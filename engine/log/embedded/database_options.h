// How RocksDB is set up below an embedded log.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <vector>

#include "engine/log/embedded/rocks_error.h"
#include "engine/log/embedded_event_log.h"

namespace rasti::log::embedded {

rocksdb::DBOptions DatabaseOptions(std::shared_ptr<WarningLogger> warnings);
/// One for each Family, in order.
std::vector<rocksdb::ColumnFamilyDescriptor> FamilyOptions(const EmbeddedLogOptions& options);

}  // namespace rasti::log::embedded
