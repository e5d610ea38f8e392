// `rasti numbers`: the numbers that a register gave, and to which cases.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/core/expression/names.h"
#include "tools/rasti/case_command.h"
#include "tools/rasti/commands.h"
#include "tools/rasti/hints.h"

namespace rasti::cli {
namespace {

struct NumbersOptions {
  std::string tenant;
  std::string register_id;
  int year = 0;
  int64_t from = 1;
  int limit = 50;
};

// Registers of the workflows in force, and whether they begin anew each year.
struct Registers {
  std::set<std::string> yearly;
  std::set<std::string> endless;
};

Registers RegistersOf(const runtime::Configuration& configuration, Instant now) {
  Registers registers;
  for (const core::Definition* definition : configuration.DefinitionsAt(now)) {
    for (const core::NumberRule& rule : definition->numbers) {
      (rule.yearly ? registers.yearly : registers.endless).insert(rule.register_id);
    }
  }
  return registers;
}

int64_t YearOf(Instant now, const sla::Calendar* calendar) {
  return cctz::convert(now, calendar == nullptr ? cctz::utc_time_zone() : calendar->zone()).year();
}

// Nothing is wrong with asking for a register of old; a name that none has now is probably mistyped.
void RemarkOnUnknown(const Context& context, const Registers& registers, const std::string& name) {
  if (registers.yearly.contains(name) || registers.endless.contains(name)) return;
  std::vector<std::string_view> known(registers.yearly.begin(), registers.yearly.end());
  known.insert(known.end(), registers.endless.begin(), registers.endless.end());
  std::string hint = core::expression::DidYouMean(name, known);
  if (hint.empty() && !known.empty()) hint = "; they have " + core::expression::JoinNames(known);
  context.out.Note(fmt::format("note: no workflow in force has a register '{}'{}", name, hint));
}

Outcome<void> RunNumbers(const Context& context, const NumbersOptions& options) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto configuration, session->ConfigurationNow());
  RASTI_TRY(const Instant now, session->Now());
  const core::Tenant* tenant = configuration->TenantAt(core::TenantId(options.tenant), now);
  if (tenant == nullptr) return Refuse(UnknownTenant(options.tenant, *configuration, now));
  const sla::Calendar* calendar = configuration->CalendarAt(tenant->calendar, now);
  const Registers registers = RegistersOf(*configuration, now);
  const bool endless = options.year == 0 && registers.endless.contains(options.register_id);
  views::NumberQuery query;
  query.tenant = tenant->id;
  query.register_id = options.register_id;
  if (options.year != 0) {
    query.period = std::to_string(options.year);
  } else if (!endless) {
    query.period = std::to_string(YearOf(now, calendar));
  }
  query.from = options.from;
  query.limit = static_cast<size_t>(options.limit);
  RASTI_TRY(const views::NumberPage page, session->Numbers(query));
  RASTI_CHECKED(session->Close());
  if (page.total == 0) RemarkOnUnknown(context, registers, options.register_id);

  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const views::NumberRow& row : page.rows) {
    const std::string reference = core::PublicReference(row.case_id);
    rows.push_back({std::to_string(row.number), reference, LocalText(row.issued_at, calendar)});
    list.push_back({{"number", row.number},
                    {"reference", reference},
                    {"case_id", row.case_id.str()},
                    {"issued_at", FormatInstant(row.issued_at)}});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  context.out.Line(fmt::format("{} of {} numbers{}", page.rows.size(), page.total,
                               query.period.empty() ? "" : " of " + query.period));
  const int64_t last = page.rows.empty() ? page.total : page.rows.back().number;
  nlohmann::ordered_json json{{"tenant", options.tenant}, {"register", options.register_id}};
  if (!query.period.empty()) json["period"] = query.period;
  json["numbers"] = std::move(list);
  json["total"] = page.total;
  if (last < page.total) {
    context.out.Line(fmt::format("more: --from {}", last + 1));
    json["next"] = last + 1;
  }
  context.out.Json(json);
  return {};
}

}  // namespace

void AddNumbersCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<NumbersOptions>();
  CLI::App* command =
      AddCommand(app, context, "numbers", "The numbers that a register of a tenant gave, and to which cases",
                 "  rasti numbers --tenant prishtine --register protocol\n"
                 "  rasti numbers --tenant prishtine --register protocol --year 2025 --from 815 --limit 1",
                 [&context, options] { return RunNumbers(context, *options); });
  command->add_option("--tenant", options->tenant, "Whose")->required()->envname("RASTI_TENANT");
  command->add_option("--register", options->register_id, "Its name in the workflows")->required();
  command->add_option("--year", options->year, "Of which year; default: this one, where it begins anew each year")
      ->check(CLI::Range(1, 9999));
  command->add_option("--from", options->from, "The first number that is shown")->check(CLI::PositiveNumber);
  command->add_option("--limit", options->limit, "Rows at the most")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
}

}  // namespace rasti::cli
