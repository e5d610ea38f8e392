#include "engine/log/embedded/survey.h"

#include <fmt/format.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/system_error.h"
#include "engine/log/embedded/rocks_error.h"
#include "engine/log/embedded/rows.h"

namespace rasti::log::embedded {
namespace {

constexpr std::string_view kEvents = "events";
constexpr size_t kPartitionsNamed = 16;

using Runs = std::map<core::PartitionId, std::vector<TableSurvey::Run>>;

void Add(Runs& runs, core::PartitionId partition, int64_t from, int64_t to) {
  auto& those = runs[partition];
  if (!those.empty() && those.back().to == from) {
    those.back().to = to;
  } else {
    those.push_back({from, to});
  }
}

// From each partition's first row to its last one.
rocksdb::Status AddEnds(rocksdb::Iterator& rows, Runs& runs) {
  rows.SeekToFirst();
  while (rows.Valid()) {
    const auto first = ParsePartitionRow(View(rows.key()));
    if (!first) return rocksdb::Status::Corruption("a key that is none of an event");
    rows.SeekForPrev(ToSlice(RowKey(first->first, INT64_MAX).view()));
    if (!rows.Valid()) break;
    const auto last = ParsePartitionRow(View(rows.key()));
    if (!last || last->first != first->first) return rocksdb::Status::Corruption("keys that are not in order");
    Add(runs, first->first, first->second, last->second + 1);
    rows.Seek(ToSlice(RowKey(first->first.Next()).view()));
  }
  return rows.status();
}

rocksdb::Status AddAll(rocksdb::Iterator& rows, Runs& runs) {
  for (rows.SeekToFirst(); rows.Valid(); rows.Next()) {
    const auto at = ParsePartitionRow(View(rows.key()));
    if (!at) return rocksdb::Status::Corruption("a key that is none of an event");
    Add(runs, at->first, at->second, at->second + 1);
  }
  return rows.status();
}

rocksdb::Status ReadTable(const std::string& path, TableReading reading, Runs& runs) {
  rocksdb::SstFileReader table{rocksdb::Options()};
  if (auto opened = table.Open(path); !opened.ok()) return opened;
  rocksdb::Status whole;
  if (reading == TableReading::kEveryBlock) whole = table.VerifyChecksum();
  if (table.GetTableProperties()->column_family_name == kEvents) {
    const std::unique_ptr<rocksdb::Iterator> rows(table.NewIterator({}));
    const auto read = reading == TableReading::kEnds ? AddEnds(*rows, runs) : AddAll(*rows, runs);
    if (whole.ok()) whole = read;
  }
  return whole;
}

// Files overlap: what a compaction moved may be in two of them.
std::vector<TableSurvey::Run> Joined(std::vector<TableSurvey::Run> runs) {
  std::ranges::sort(runs, {}, &TableSurvey::Run::from);
  std::vector<TableSurvey::Run> joined;
  for (const TableSurvey::Run& run : runs) {
    if (joined.empty() || joined.back().to < run.from) {
      joined.push_back(run);
    } else {
      joined.back().to = std::max(joined.back().to, run.to);
    }
  }
  return joined;
}

std::string Words(const TableSurvey::Run& run) {
  return run.to - run.from == 1 ? fmt::format("{}", run.from) : fmt::format("{} to {}", run.from, run.to - 1);
}

}  // namespace

Status VerifyTable(const std::string& path) {
  rocksdb::SstFileReader table{rocksdb::Options()};
  RASTI_CHECKED(ToStatus(table.Open(path), path));
  return ToStatus(table.VerifyChecksum(), path);
}

Result<TableSurvey> SurveyTables(const std::string& database, TableReading reading) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(database, error)) {
    if (entry.path().extension() == ".sst") paths.push_back(entry.path().string());
  }
  if (error) return Fail(SystemError("list", database, error.value()));
  std::ranges::sort(paths);
  TableSurvey survey;
  for (const std::string& path : paths) {
    const auto read = ReadTable(path, reading, survey.events);
    if (!read.ok()) survey.faults.push_back(ToError(read, path).message);
  }
  for (auto& [partition, runs] : survey.events) runs = Joined(std::move(runs));
  return survey;
}

std::string TableSurvey::LastGood() const {
  std::vector<std::string> parts;
  for (const auto& [partition, runs] : events) {
    if (parts.size() == kPartitionsNamed) {
      parts.emplace_back("...");
      break;
    }
    parts.push_back(runs.front().from == 0
                        ? fmt::format("partition {} sequence {}", partition.value, runs.front().to - 1)
                        : fmt::format("partition {} nothing before sequence {}", partition.value, runs.front().from));
  }
  return parts.empty() ? "no events" : fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> TableSurvey::Lines() const {
  std::vector<std::string> lines = faults;
  for (const auto& [partition, runs] : events) {
    std::vector<std::string> there;
    std::vector<std::string> missing;
    int64_t next = 0;
    for (const Run& run : runs) {
      if (run.from > next) missing.push_back(Words({next, run.from}));
      there.push_back(Words(run));
      next = run.to;
    }
    lines.push_back(
        fmt::format("partition {}: sequences {} can be read{}", partition.value, fmt::join(there, ", "),
                    missing.empty() ? "" : fmt::format("; {} are in no whole file", fmt::join(missing, ", "))));
  }
  return lines;
}

}  // namespace rasti::log::embedded
