// Lists of deadlines that move or moved: as many as are asked for, and how many there are. Threading: one thread.
#pragma once

#include "tools/rasti/calendar/replanning.h"
#include "tools/rasti/context.h"

namespace rasti::cli {

/// The lines, and how many of `all` are left out.
void PrintMoves(const Output& out, const std::vector<std::vector<std::string>>& rows, int64_t all);

template <class Move>
void PrintMoves(const Output& out, const std::vector<Move>& moves, const sla::Calendar* calendar, int limit) {
  std::vector<std::vector<std::string>> rows;
  for (const Move& move : moves) {
    if (std::ssize(rows) == limit) break;
    rows.push_back(MoveCells(move, calendar));
  }
  PrintMoves(out, rows, std::ssize(moves));
}

template <class Move>
nlohmann::ordered_json MovesJson(const std::vector<Move>& moves, int limit) {
  auto list = nlohmann::ordered_json::array();
  for (const Move& move : moves) {
    if (std::ssize(list) == limit) break;
    list.push_back(MoveJson(move));
  }
  return list;
}

/// "12 later, 2 earlier (1 of them due at once)".
std::string TotalsText(const MoveTotals& totals);
/// A line for each tenant.
void PrintTenants(const Output& out, const MoveTotals& totals);

}  // namespace rasti::cli
