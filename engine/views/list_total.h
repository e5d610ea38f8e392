// How many rows a list has in all, where that can be told or is worth counting.
#pragma once

#include <cstdint>

namespace rasti::views {

struct ListTotal {
  int64_t rows = 0;
  bool is_exact = true;  // else there are at least so many
  bool operator==(const ListTotal&) const = default;
};

}  // namespace rasti::views
