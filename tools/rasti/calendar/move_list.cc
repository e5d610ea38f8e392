#include "tools/rasti/calendar/move_list.h"

#include <fmt/format.h>

namespace rasti::cli {

void PrintMoves(const Output& out, const std::vector<std::vector<std::string>>& rows, int64_t all) {
  for (const std::string& line : Align(rows)) out.Line("  " + line);
  const auto left = all - std::ssize(rows);
  if (left > 0) out.Line(fmt::format("  and {} more (--limit)", left));
}

std::string TotalsText(const MoveTotals& totals) {
  std::string text = fmt::format("{} later, {} earlier", totals.later, totals.earlier);
  if (totals.at_once > 0) text += fmt::format(" ({} of them due at once)", totals.at_once);
  if (totals.stay > 0) text += fmt::format(", {} with its warnings and escalations alone", totals.stay);
  return text;
}

void PrintTenants(const Output& out, const MoveTotals& totals) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [tenant, count] : totals.by_tenant) rows.push_back({tenant.str(), std::to_string(count)});
  for (const std::string& line : Align(rows)) out.Line("  " + line);
}

}  // namespace rasti::cli
