// Files for databases that are thrown away with the process.
#pragma once

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace rasti::store {

/// The machine's files, but nothing is ever synced: as fast as memory, and lost when the power fails. Lives as long as
/// the process. Thread-safe.
rocksdb::Env* UnsyncedEnv();

}  // namespace rasti::store
