// Mappings of `rasti import` with the table that they are for, behind a line "--- table.csv", read for the sample of
// tests/support. What is accepted can be carried out: each row becomes a case whose commands can be written, or a fault
// that names what is wrong; the same rows give the same commands again.
#include <cctz/time_zone.h>

#include <map>

#include "engine/codec/command_codec.h"
#include "engine/codec/import_mapping.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/text_file.h"
#include "tests/support/sample_definition.h"
#include "tools/rasti/import/csv_reader.h"
#include "tools/rasti/import/event_planner.h"
#include "tools/rasti/import/row_planner.h"

namespace rasti::fuzz {
namespace {

struct Table {
  std::vector<std::string> header;
  std::vector<cli::TableRow> rows;  // without fault
};

std::optional<Table> ReadTable(const std::string& csv, const codec::ImportMapping& mapping) {
  static MemoryFile file;
  file.Write(csv);
  const auto reader = cli::CsvReader::Open(file.path(), mapping.encoding, cli::kCsvChunkBytes, mapping.delimiter);
  if (!reader) return std::nullopt;
  Table table{(*reader)->header(), {}};
  while (true) {
    auto row = (*reader)->Next();
    if (!row || !*row) return table;
    if ((*row)->fault.empty()) table.rows.push_back(**std::move(row));
  }
}

void CheckFault(const cli::RowFault& fault) { RASTI_CHECK(!fault.reason.empty(), "a fault says what is wrong"); }

void CheckCase(const cli::PlannedCase& planned, const cli::PlannedCase& again) {
  RASTI_CHECK(planned.id == again.id && planned.commands == again.commands, "the same rows give the same commands");
  RASTI_CHECK(!planned.commands.empty() && planned.commands.size() == planned.origins.size(),
              "a case begins with a command");
  RASTI_CHECK(std::holds_alternative<core::SubmitCase>(planned.commands.front().payload), "with its submission");
  std::optional<Instant> last;
  for (const core::Command& command : planned.commands) {
    const auto read = codec::DecodeCommand(codec::EncodeCommand(command));
    if (!read) {
      // Cells may be longer than a command.
      RASTI_CHECK(read.error().code == ErrorCode::kOutOfRange, "a command that was planned can be written");
    } else {
      RASTI_CHECK(*read == command, "a command that was planned can be read");
    }
    RASTI_CHECK(!core::IsEngineCommandId(command.command_id), "it is a command of people");
    if (command.occurred_at) {
      RASTI_CHECK(!last || *command.occurred_at >= *last, "a case's commands are in order of time");
      last = command.occurred_at;
    }
  }
}

void PlanRows(const cli::ImportSetting& setting, const Table& table) {
  cli::RowPlanner planner(setting, table.header);
  cli::RowPlanner again(setting, table.header);
  for (const cli::TableRow& row : table.rows) {
    const cli::Plan plan = planner.PlanRow(row);
    const cli::Plan second = again.PlanRow(row);
    RASTI_CHECK(plan.index() == second.index(), "a row becomes the same again");
    if (const auto* fault = std::get_if<cli::RowFault>(&plan)) CheckFault(*fault);
    if (const auto* planned = std::get_if<cli::PlannedCase>(&plan)) {
      CheckCase(*planned, std::get<cli::PlannedCase>(second));
    }
  }
}

void PlanEvents(const cli::ImportSetting& setting, const Table& table) {
  cli::EventPlanner planner(setting, table.header, {"table.csv"});
  cli::EventPlanner again(setting, table.header, {"table.csv"});
  std::map<std::string, std::vector<cli::EventRow>> cases;
  for (const cli::TableRow& row : table.rows) {
    const std::string& key = planner.cases().cells().Cell(row, setting.mapping->key);
    if (planner.cases().CheckKey(key)) cases[key].push_back({0, row});
  }
  for (const auto& [key, rows] : cases) {
    const cli::PlannedEvents events = planner.PlanRows(rows);
    const cli::PlannedEvents second = again.PlanRows(rows);
    RASTI_CHECK(
        events.planned.has_value() == second.planned.has_value() && events.faults.size() == second.faults.size(),
        "the rows of a case become the same again");
    for (const auto& fault : events.faults) {
      RASTI_CHECK(fault.row < rows.size(), "a fault is that of a row");
      CheckFault(fault.fault);
    }
    if (events.planned) CheckCase(*events.planned, *second.planned);
    // No row is lost: it is a command, it has a fault, or it had not happened yet.
    size_t found = events.faults.size() + static_cast<size_t>(events.not_yet_happened);
    if (events.planned) {
      for (const cli::Origin& origin : events.planned->origins) {
        RASTI_CHECK(origin.row < rows.size(), "a command comes of a row");
        found += origin.of_event ? 1 : 0;
      }
    }
    RASTI_CHECK(found == rows.size(), "no row is lost");
  }
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  static const test::SampleWorld world;
  const auto files = SplitFiles("mapping.yaml", AsText(data, size));
  const std::string& yaml = files.at("mapping.yaml");
  const LinesOf lines(yaml);
  codec::Issues issues("mapping.yaml");
  const auto mapping = codec::ReadImportMapping(yaml, issues);
  RASTI_CHECK(mapping.has_value() != issues.HasErrors(), "there is a mapping, or errors");
  CheckIssues(std::move(issues), lines);
  if (!mapping) return 0;

  codec::Issues checked("mapping.yaml");
  codec::CheckImportMapping(*mapping, world.definition, world.tenant, checked);
  bool faulty = checked.HasErrors();
  CheckIssues(std::move(checked), lines);
  const auto csv = files.find("table.csv");
  if (faulty || csv == files.end()) return 0;
  const auto table = ReadTable(csv->second, *mapping);
  if (!table) return 0;
  codec::Issues header("mapping.yaml");
  codec::CheckImportHeader(*mapping, table->header, "table.csv", header);
  faulty = header.HasErrors();
  CheckIssues(std::move(header), lines);
  if (faulty) return 0;

  cli::ImportSetting setting;
  setting.mapping = &*mapping;
  setting.definition = &world.definition;
  setting.tenant = &world.tenant;
  setting.zone = world.calendar.zone();
  for (const bool ends : {false, true}) {
    if (ends) setting.until = test::SampleStart();
    if (mapping->events) {
      PlanEvents(setting, *table);
    } else {
      PlanRows(setting, *table);
    }
  }
  return 0;
}
