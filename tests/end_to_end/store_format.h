// A store as another version of the program would have left it.
#pragma once

#include <string>
#include <vector>

namespace rasti::test {

/// Writes the format of a closed RocksDB store of these tables, the first of which has it in the row "format", and into
/// the second a row that this version would not know what to do with.
void WriteStoreFormat(const std::string& directory, std::vector<std::string> tables, const std::string& format);

}  // namespace rasti::test
