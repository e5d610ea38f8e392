// Logs of events in XES, for `rasti import`. Every event, every trace without events and every event outside of a trace
// is a row; the keys and values of a row that is in order are those of its elements, and are read the same when they
// are written as XES again, or as CSV.
#include <fmt/format.h>

#include <map>
#include <pugixml.hpp>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"
#include "tools/rasti/import/csv_reader.h"
#include "tools/rasti/import/rejects_file.h"
#include "tools/rasti/import/xes_reader.h"

namespace rasti::fuzz {
namespace {

using cli::TableRow;

struct Log {
  std::vector<std::string> header;
  std::vector<TableRow> rows;
};

std::optional<Log> Read(std::string_view xes) {
  static MemoryFile file;
  file.Write(xes);
  const auto reader = cli::XesReader::Open(file.path());
  if (!reader) {
    CheckError(reader.error());
    return std::nullopt;
  }
  Log log{(*reader)->header(), {}};
  for (;;) {
    auto row = (*reader)->Next();
    RASTI_CHECK(row.has_value(), "what was opened can be read");
    if (!*row) return log;
    log.rows.push_back(**std::move(row));
  }
}

// What a reader without any rule but XML's sees.
size_t RowsIn(std::string_view xes) {
  std::string text(xes);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  pugi::xml_document document;
  document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  size_t rows = 0;
  for (const pugi::xml_node& root : document.children()) {
    for (const pugi::xml_node& element : root.children()) {
      const std::string_view name = element.name();
      if (name == "event") ++rows;
      if (name != "trace") continue;
      const auto events = element.children("event");
      rows += static_cast<size_t>(std::max<std::ptrdiff_t>(std::distance(events.begin(), events.end()), 1));
    }
  }
  return rows;
}

void CheckRow(const TableRow& row, const Log& log, int64_t lines) {
  RASTI_CHECK(row.line >= 1 && row.line <= lines, "a row has its place in the file");
  if (!row.fault.empty()) return;
  RASTI_CHECK(row.fields.size() == log.header.size(), "a row has a field for each column");
  for (const std::string& field : row.fields) RASTI_CHECK(cli::TextFault(field).empty(), "a field is a text");
  // What would go to the rejects file says what the row does.
  pugi::xml_document document;
  RASTI_CHECK(document.load_string(row.raw.c_str()), "a row's raw text is XML");
  std::map<std::string, std::string> own;
  for (const pugi::xml_node& attribute : document.document_element().children()) {
    own.emplace(attribute.attribute("key").value(), attribute.attribute("value").value());
  }
  for (size_t i = 0; i < log.header.size(); ++i) {
    if (log.header[i].starts_with("case:")) continue;
    const auto found = own.find(log.header[i]);
    RASTI_CHECK((found == own.end() ? std::string() : found->second) == row.fields[i], "a field is what stands there");
  }
}

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || byte >= 0x80;
    escaped += plain ? std::string(1, c) : fmt::format("&#{};", byte);
  }
  return escaped;
}

// Each row a trace of its own with one event.
std::string AsXes(const Log& log, const std::vector<const TableRow*>& rows) {
  std::string xes = "<log>";
  const auto attributes = [&](const TableRow& row, bool of_case) {
    for (size_t i = 0; i < log.header.size(); ++i) {
      if (log.header[i].starts_with("case:") != of_case) continue;
      const std::string key = log.header[i].substr(of_case ? 5 : 0);
      xes += fmt::format("<string key=\"{}\" value=\"{}\"/>", Escaped(key), Escaped(row.fields[i]));
    }
  };
  for (const TableRow* row : rows) {
    xes += "<trace>";
    attributes(*row, true);
    xes += "<event>";
    attributes(*row, false);
    xes += "</event></trace>";
  }
  return xes + "</log>";
}

std::string AsCsv(const Log& log, const std::vector<const TableRow*>& rows) {
  const auto line = [](const std::vector<std::string>& fields) {
    std::string text = "begin";
    for (const std::string& field : fields) text += "," + cli::CsvField(field);
    return text + "\n";
  };
  std::string csv = line(log.header);
  for (const TableRow* row : rows) csv += line(row->fields);
  return csv;
}

void CheckAgain(const Log& log, const std::vector<const TableRow*>& sound) {
  // An event may have a key that no trace can have.
  if (std::ranges::find(log.header, "case:") != log.header.end()) return;
  const auto again = Read(AsXes(log, sound));
  RASTI_CHECK(again.has_value() && again->rows.size() == sound.size(), "every row that was written is read");
  for (size_t i = 0; i < sound.size(); ++i) {
    RASTI_CHECK(again->rows[i].fault.empty(), "a row that was written is in order");
    for (size_t column = 0; column < log.header.size(); ++column) {
      const auto found = std::ranges::find(again->header, log.header[column]);
      RASTI_CHECK(
          found != again->header.end() &&
              again->rows[i].fields[static_cast<size_t>(found - again->header.begin())] == sound[i]->fields[column],
          "a value is read as it was");
    }
  }
}

void CheckAsCsv(const Log& log, const std::vector<const TableRow*>& sound) {
  static MemoryFile file;
  file.Write(AsCsv(log, sound));
  const auto reader = cli::CsvReader::Open(file.path());
  RASTI_CHECK(reader.has_value(), "columns of XES are columns of CSV");
  for (const TableRow* row : sound) {
    const auto read = (*reader)->Next();
    RASTI_CHECK(read.has_value() && read->has_value() && (*read)->fault.empty(), "a row of XES is one of CSV");
    RASTI_CHECK(
        std::equal(row->fields.begin(), row->fields.end(), std::next((*read)->fields.begin()), (*read)->fields.end()),
        "with the same values");
  }
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  const std::string_view xes = AsText(data, size);
  const auto log = Read(xes);
  if (!log) return 0;
  RASTI_CHECK(log->rows.size() == RowsIn(xes), "no event is lost, and none is there twice");
  const auto lines = std::ranges::count(xes, '\n') + 1;
  std::vector<const rasti::cli::TableRow*> sound;
  for (const auto& row : log->rows) {
    CheckRow(row, *log, lines);
    if (row.fault.empty()) sound.push_back(&row);
  }
  if (sound.empty()) return 0;
  CheckAgain(*log, sound);
  CheckAsCsv(*log, sound);
  return 0;
}
