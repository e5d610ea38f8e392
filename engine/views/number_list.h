// The numbers that a register gave, in their order. Ask by Views::Numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/core/ids.h"

namespace rasti::views {

struct NumberQuery {
  core::TenantId tenant;
  std::string register_id;  // "protocol"
  std::string period;       // "2026"; empty: of a register that never begins anew
  int64_t from = 1;         // the first number of the page, at least 1
  size_t limit = 50;        // at least 1
};

struct NumberRow {
  int64_t number = 0;
  core::CaseId case_id;  // that has it
  Instant issued_at;
  bool operator==(const NumberRow&) const = default;
};

struct NumberPage {
  std::vector<NumberRow> rows;  // dense, ascending
  int64_t total = 0;            // given so far: also the last number
  bool operator==(const NumberPage&) const = default;
};

}  // namespace rasti::views
