// Plants changes of every kind in a signed log and has `rasti audit verify` look for them; tamper.sh says more.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/log/embedded_event_log.h"
#include "tests/end_to_end/program.h"
#include "tests/support/forgery.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/random_life.h"
#include "tools/rasti/data_directory.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using Records = std::vector<ports::StoredEvent>;

constexpr int kPartitions = 2;
constexpr size_t kEvents = 600;  // of a log; some bundles of tiles are full
constexpr const char* kOrigin = "tamper.example/log";

template <class T>
T Must(Result<T> result) {
  RASTI_CHECK(result.has_value(), result ? "" : result.error().message.c_str());
  return *std::move(result);
}
void Must(const Status& status) { RASTI_CHECK(status.has_value(), status ? "" : status.error().message.c_str()); }

class Owner : public ports::AssignmentListener {
 public:
  Status OnAssigned(const std::vector<core::PartitionId>& partitions) override {
    owned += partitions.size();
    return {};
  }
  void OnRevoked(const std::vector<core::PartitionId>&) override {}
  void OnLost(const std::vector<core::PartitionId>&) override {}
  size_t owned = 0;
};

// What a log holds: records by partition, and the names of the packages.
struct Content {
  std::map<core::PartitionId, Records> records;
  std::set<std::string> packages;
};

Content RandomContent(uint64_t seed) {
  const SampleWorld world;
  const ManualClock clock(SampleStart());
  MemoryEventLog log({.partitions = kPartitions}, clock);
  RandomLife life(world, log, {.seed = seed, .cases = 40, .historic_percent = 20});
  life.RunTo(kEvents);
  Content content;
  for (int i = 0; i < kPartitions; ++i) {
    content.records[{i}] = log.events({i});
    for (const core::Event& event : DecodedEvents(log.events({i}))) {
      content.packages.insert("workflow/" + event.ctx().versions.definition.str());
    }
  }
  return content;
}

// A data directory whose log holds that, written as the engine writes it.
void WriteDirectory(const std::string& directory, const Content& content) {
  fs::remove_all(directory);
  const cli::DataPaths paths(directory);
  const ManualClock clock(SampleStart());
  cli::NewDirectory wanted;
  wanted.partitions = kPartitions;
  wanted.created_at = SampleStart();
  Must(cli::CreateDataDirectory(paths, wanted));
  log::EmbeddedLogOptions options;
  options.directory = paths.log();
  const auto log = Must(log::EmbeddedEventLog::Open(options, clock));
  for (const std::string& name : content.packages) Must(log->Publish(name, "as it is"));
  Owner owner;
  const auto stream = Must(log->OpenStream(owner));
  while (owner.owned < kPartitions) Must(stream->Poll(1, Duration{1}));
  Must(stream->Begin());
  for (const auto& [partition, records] : content.records) {
    for (const ports::StoredEvent& one : records) {
      Must(stream->Append(ports::EventOut{partition, one.sequence, one.key, one.value, {}, {}}));
    }
  }
  Must(stream->Commit({}));
  Must(stream->Close());
  Must(log->Close());
}

// A kind of change. Answers false where it cannot be made of this content.
struct Kind {
  std::string name;
  std::function<bool(Content& content, core::PartitionId partition, std::mt19937_64& random)> make;
};

size_t Below(std::mt19937_64& random, size_t end) { return static_cast<size_t>(random() % end); }

std::vector<Kind> Kinds() {
  std::vector<Kind> kinds;
  for (const Forgery& forgery : Forgeries()) {
    kinds.push_back({forgery.name + ", all hashes made anew",
                     [forgery](Content& content, core::PartitionId partition, std::mt19937_64& random) {
                       std::vector<core::Event> events = DecodedEvents(content.records[partition]);
                       if (events.size() < 2) return false;
                       forgery.make(events, Below(random, events.size() - 1));
                       content.records[partition] = Rechained(partition, events);
                       return true;
                     }});
  }
  const auto of_records = [&](const std::string& name, const std::function<void(Records&, std::mt19937_64&)>& make) {
    kinds.push_back({name, [make](Content& content, core::PartitionId partition, std::mt19937_64& random) {
                       Records& records = content.records[partition];
                       if (records.size() < 2) return false;
                       make(records, random);
                       records = Renumbered(std::move(records));
                       return true;
                     }});
  };
  of_records("bit", [](Records& records, std::mt19937_64& random) {
    std::string& value = records[Below(random, records.size())].value;
    value[Below(random, value.size())] ^= static_cast<char>(1 << Below(random, 8));
  });
  of_records("record filed under another case", [](Records& records, std::mt19937_64& random) {
    std::string& key = records[Below(random, records.size())].key;
    key[Below(random, key.size())] ^= static_cast<char>(1 << Below(random, 8));
  });
  of_records("record removed", [](Records& records, std::mt19937_64& random) {
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(Below(random, records.size())));
  });
  of_records("record inserted", [](Records& records, std::mt19937_64& random) {
    const ports::StoredEvent copy = records[Below(random, records.size())];
    records.insert(records.begin() + static_cast<std::ptrdiff_t>(Below(random, records.size())), copy);
  });
  of_records("records swapped", [](Records& records, std::mt19937_64& random) {
    const size_t at = Below(random, records.size() - 1);
    std::swap(records[at], records[at + 1]);
  });
  of_records("truncated", [](Records& records, std::mt19937_64& random) {
    records.resize(records.size() - 1 - Below(random, std::min<size_t>(records.size() - 1, 300)));
  });
  return kinds;
}

class Tampering {
 public:
  Tampering(std::string program, std::string folder) : program_(std::move(program)), folder_(std::move(folder)) {}

  // A log of its own, signed; then every kind of change, so many times each.
  void Round(uint64_t seed, int times) {
    const Content honest = RandomContent(seed);
    const std::string data = folder_ + "/honest";
    WriteDirectory(data, honest);
    Run({"audit", "keys", "new", kOrigin, "--data", data}, 0);
    Keep(folder_ + "/keys", Run({"audit", "keys", "list", "--data", data}, 0).out);
    Keep(folder_ + "/checkpoints", Run({"audit", "checkpoint", "--data", data}, 0).out);
    ExpectHonest(data);
    // The way in which changes are planted is none itself.
    WriteDirectory(Forged(), honest);
    CopyWhatWasKept(data);
    ExpectHonest(Forged());
    std::mt19937_64 random(seed);
    for (const Kind& kind : Kinds()) {
      for (int i = 0; i < times; ++i) Plant(data, honest, kind, random);
    }
    for (int i = 0; i < times; ++i) PlantInFiles(data, random);
  }

  int planted() const { return planted_; }
  int found() const { return found_; }
  int false_alarms() const { return false_alarms_; }

 private:
  std::string Forged() const { return folder_ + "/forged"; }

  Finished Run(std::vector<std::string> words, int exit_code) const {
    words.insert(words.begin(), program_);
    Finished finished = Child(words).Finish();
    RASTI_CHECK(finished.exit_code == exit_code, finished.err.c_str());
    return finished;
  }
  static void Keep(const std::string& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
  }
  // The keys, and the trees as an auditor copied them.
  void CopyWhatWasKept(const std::string& data) const {
    for (const char* part : {"/audit", "/audit-keys"}) {
      fs::remove_all(Forged() + part);
      fs::copy(data + part, Forged() + part, fs::copy_options::recursive);
    }
  }
  Finished Verify(const std::string& data) const {
    return Child({program_, "audit", "verify", "--json", "--data", data, "--key", folder_ + "/keys", "--checkpoint",
                  folder_ + "/checkpoints"})
        .Finish();
  }
  void ExpectHonest(const std::string& data) {
    const Finished finished = Verify(data);
    if (finished.exit_code == 0) return;
    ++false_alarms_;
    std::fprintf(stderr, "FALSE ALARM: %s%s\n", finished.out.c_str(), finished.err.c_str());
  }
  void Plant(const std::string& data, const Content& honest, const Kind& kind, std::mt19937_64& random) {
    Content content = honest;
    if (!kind.make(content, {static_cast<int32_t>(Below(random, kPartitions))}, random)) return;
    WriteDirectory(Forged(), content);
    CopyWhatWasKept(data);
    Count(kind.name);
  }
  // A byte of a file below the log, as a disk or a hand that knows nothing of logs would change it.
  void PlantInFiles(const std::string& data, std::mt19937_64& random) {
    fs::remove_all(Forged());
    fs::copy(data, Forged(), fs::copy_options::recursive);
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(Forged() + "/log")) {
      const std::string kind = entry.path().extension().string();
      if (entry.is_regular_file() && (kind == ".sst" || kind == ".log") && entry.file_size() > 0) {
        files.push_back(entry.path());
      }
    }
    std::ranges::sort(files);
    // The large ones hold the events.
    const auto file = *std::ranges::max_element(files, {}, [](const fs::path& one) { return fs::file_size(one); });
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(Below(random, fs::file_size(file) / 2));
    bytes.seekg(at);
    const char old = static_cast<char>(bytes.get());
    bytes.seekp(at);
    bytes.put(static_cast<char>(old ^ 1));
    bytes.close();
    Count("byte of a file");
  }
  void Count(const std::string& kind) {
    ++planted_;
    const Finished finished = Verify(Forged());
    if (finished.exit_code == 5) {
      ++found_;
    } else {
      std::fprintf(stderr, "NOT FOUND: %s: exit code %d: %s%s\n", kind.c_str(), finished.exit_code,
                   finished.out.c_str(), finished.err.c_str());
    }
  }

  const std::string program_;
  const std::string folder_;
  int planted_ = 0;
  int found_ = 0;
  int false_alarms_ = 0;
};

// The value behind an option, or what holds without it.
std::string Option(const std::vector<std::string>& words, const std::string& name, const std::string& otherwise) {
  const auto found = std::ranges::find(words, name);
  return found == words.end() || found + 1 == words.end() ? otherwise : *(found + 1);
}

int Main(const std::vector<std::string>& words) {
  const auto rounds = std::stoull(Option(words, "--logs", "3"));
  const int times = std::stoi(Option(words, "--times", "10"));
  std::string folder = (fs::temp_directory_path() / "rasti-tamper-XXXXXX").string();
  RASTI_CHECK(mkdtemp(folder.data()) != nullptr, "a folder can be made in TMPDIR");
  Tampering tampering(Option(words, "--rasti", RASTI_PROGRAM), folder);
  for (uint64_t seed = 1; seed <= rounds; ++seed) tampering.Round(seed, times);
  fs::remove_all(folder);
  std::printf("%s\n", nlohmann::ordered_json({{"planted", tampering.planted()},
                                              {"found", tampering.found()},
                                              {"false_alarms", tampering.false_alarms()}})
                          .dump()
                          .c_str());
  return tampering.found() == tampering.planted() && tampering.false_alarms() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rasti::test

int main(int argc, char** argv) { return rasti::test::Main({argv + 1, argv + argc}); }
