#include "engine/runtime/configuration_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/ports/dated_definitions.h"

namespace rasti::runtime {
namespace {

std::string Join(const std::vector<codec::Issue>& issues) {
  std::vector<std::string> lines;
  for (const codec::Issue& issue : issues) {
    if (issue.severity == codec::Severity::kError) lines.push_back(issue.ToString());
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// A node that asked for the end of the definitions before a package was taken in decides without it for so long
// (StreamLoop).
constexpr Duration kUnknownMost{4'000};
constexpr Duration kNotice{5'000};
// The first packages are written one after the other, and hold at once: nothing can be decided without them.
constexpr Duration kFirstOnesWithin{60'000};

// The packages at or behind `from`. Where nobody else decides they were taken in long before.
Result<std::vector<ports::DatedDefinition>> ReadDated(ports::EventLog& log, int64_t from) {
  if (auto* const shared = dynamic_cast<ports::DatedDefinitions*>(&log)) return shared->ReadDatedDefinitions(from);
  RASTI_TRY(auto records, log.ReadDefinitions(from));
  std::vector<ports::DatedDefinition> dated;
  dated.reserve(records.size());
  for (ports::DefinitionRecord& record : records) dated.push_back({std::move(record), kEarliestInstant});
  return dated;
}

// The part of a package that a configuration shares.
template <class T>
std::shared_ptr<const T> Part(const std::shared_ptr<const codec::LoadedPackage>& loaded, const T& part) {
  return {loaded, &part};
}

}  // namespace

Result<ConfigurationReader::Record> ConfigurationReader::MakeRecord(int64_t position, codec::PublishedPackage package) {
  auto loaded = codec::LoadPackage(package.files);
  if (!loaded) return Fail(Error::Invalid(fmt::format("{}:\n{}", package.Key(), Join(loaded.error()))));
  return Record{position, std::move(package), std::make_shared<const codec::LoadedPackage>(*std::move(loaded)), {}};
}

bool ConfigurationReader::IsTooLate(const Record& fresh, const std::vector<Record>& before) {
  if (fresh.package.effective_from >= fresh.taken_at + kUnknownMost || before.empty()) return false;
  const Record& first = before.front();
  const bool is_of_the_first = fresh.package.effective_from <= first.package.effective_from &&
                               fresh.taken_at <= first.taken_at + kFirstOnesWithin;
  return !is_of_the_first;
}

ConfigurationReader::ConfigurationReader(ports::EventLog& log)
    : log_(log), current_(std::make_shared<const Configuration>()) {}

Status ConfigurationReader::Refresh() {
  const auto came_at = std::chrono::steady_clock::now();
  const std::lock_guard reading(reading_);
  {
    // What somebody else asked, or failed to learn, while this one waited is this one's answer too.
    const std::lock_guard lock(mutex_);
    if (refreshed_ >= came_at) return {};
    if (failed_ && failed_at_ >= came_at) return Fail(*failed_);
  }
  return Read();
}

Status ConfigurationReader::Read() {
  const auto asked_at = std::chrono::steady_clock::now();
  const auto fresh = ReadDated(log_, next_position_);
  if (!fresh) {
    const std::lock_guard lock(mutex_);
    failed_ = fresh.error();
    failed_at_ = std::chrono::steady_clock::now();
    return Fail(fresh.error());
  }
  std::vector<Record> records;
  std::shared_ptr<const Configuration> current;
  if (!fresh->empty()) {
    records = records_;  // only who holds reading_ changes them
    std::set<std::string> keys;
    for (const Record& record : records) keys.insert(record.package.Key());
    for (const auto& [record, taken_at] : *fresh) {
      auto package = codec::DecodePackage(record.value);
      if (!package)
        return Fail(package.error().At(fmt::format("definition {} at position {}", record.key, record.position)));
      // Of two records with one key the first holds, for every node and for ever.
      if (!keys.insert(package->Key()).second) continue;
      RASTI_TRY(Record whole, MakeRecord(record.position, *std::move(package)));
      whole.taken_at = taken_at;
      if (IsTooLate(whole, records)) whole.package.effective_from = taken_at + kNotice;
      records.push_back(std::move(whole));
    }
    RASTI_TRY(current, Build(records));
  }
  const std::lock_guard lock(mutex_);
  if (!fresh->empty()) {
    current_ = std::move(current);
    records_ = std::move(records);
    next_position_ = fresh->back().record.position + 1;
  }
  failed_.reset();
  refreshed_ = asked_at;
  return {};
}

Result<std::shared_ptr<const Configuration>> ConfigurationReader::Build(const std::vector<Record>& records) {
  auto configuration = std::make_shared<Configuration>();
  for (const Record& record : records) {
    const Instant from = record.package.effective_from;
    const int64_t position = record.position;
    const std::string& version = record.package.files.version;
    const auto add = core::Overloaded{
        [&](const core::Definition& definition) {
          return configuration->AddDefinition(Part(record.loaded, definition), from, position);
        },
        [&](const core::Tenant& tenant) {
          return configuration->AddTenant(Part(record.loaded, tenant), from, position);
        },
        [&](const sla::CalendarSpec& spec) { return configuration->AddCalendar(spec, version, from, position); },
        [&](const codec::TzData& zones) -> Status {
          if (Status registered = sla::RegisterTimeZones(zones.version, zones.zones); !registered) return registered;
          return configuration->AddTimeZones(version, from, position);
        },
        [&](const core::Overrides& overrides) {
          return configuration->AddOverrides(Part(record.loaded, overrides), from, position);
        },
    };
    if (Status added = std::visit(add, *record.loaded); !added) return Fail(added.error().At(record.package.Key()));
  }
  RASTI_CHECKED(configuration->Build());
  return std::shared_ptr<const Configuration>(std::move(configuration));
}

std::shared_ptr<const Configuration> ConfigurationReader::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::chrono::steady_clock::duration ConfigurationReader::Age() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::now() - refreshed_;
}

std::vector<codec::PublishedPackage> ConfigurationReader::packages() const {
  const std::lock_guard lock(mutex_);
  std::vector<codec::PublishedPackage> packages;
  for (const Record& record : records_) packages.push_back(record.package);
  return packages;
}

Result<std::shared_ptr<const Configuration>> ConfigurationReader::Of(
    const std::vector<codec::PublishedPackage>& packages) {
  std::vector<Record> records;
  for (const codec::PublishedPackage& package : packages) {
    RASTI_TRY(Record record, MakeRecord(static_cast<int64_t>(records.size()), package));
    records.push_back(std::move(record));
  }
  return Build(records);
}

Status ConfigurationReader::CheckFit(const Configuration& configuration, const std::vector<Record>& records,
                                     const std::vector<codec::PublishedPackage>& fresh) {
  std::set<core::VersionedName> names;
  for (const codec::PublishedPackage& package : fresh) names.insert(package.files.id());
  std::string wrong;
  for (const Configuration::Pairing& pairing : configuration.Pairings()) {
    const core::Overrides& own = *pairing.overrides;
    const auto name = core::MakeVersionedName(core::OverridesName(own.workflow, own.tenant), own.version);
    if (!names.contains(name) && !names.contains(pairing.base->version)) continue;
    const auto record = std::ranges::find_if(records, [&](const Record& one) {
      return one.package.files.kind == codec::PackageKind::kOverrides && one.package.files.id() == name;
    });
    const auto issues =
        codec::LintFit(record->package.files, *pairing.base, configuration.TenantAt(own.tenant, pairing.from));
    if (issues.empty()) continue;
    wrong += fmt::format("{}the overrides {} do not fit {}, with which they would be in force:\n{}",
                         wrong.empty() ? "" : "\n", name.str(), pairing.base->version.str(), Join(issues));
  }
  if (wrong.empty()) return {};
  return Fail(Error::Invalid(std::move(wrong)));
}

Result<std::vector<ConfigurationReader::Published>> ConfigurationReader::Publish(
    const std::vector<codec::PublishedPackage>& packages) {
  const std::lock_guard reading(reading_);
  RASTI_CHECKED(Read());

  std::vector<codec::PackageFiles> all;
  for (const Record& record : records_) all.push_back(record.package.files);
  for (const codec::PublishedPackage& package : packages) all.push_back(package.files);
  const codec::LoadContext context = codec::ContextOf(all);

  auto records = records_;
  std::map<std::string, size_t> known_at;
  for (size_t i = 0; i < records.size(); ++i) known_at.emplace(records[i].package.Key(), i);
  std::vector<Published> outcome;
  for (const codec::PublishedPackage& package : packages) {
    const auto [known, is_new] = known_at.emplace(package.Key(), records.size());
    if (!is_new) {
      if (records[known->second].package.files != package.files) {
        return Fail(
            ErrorCode::kAlreadyExists,
            fmt::format("{} is published already with other content; what is published never changes: give it a "
                        "new version",
                        package.Key()));
      }
      outcome.push_back(Published::kUnchanged);
      continue;
    }
    auto loaded = codec::LoadPackage(package.files, context);
    if (!loaded) return Fail(Error::Invalid(fmt::format("{}:\n{}", package.Key(), Join(loaded.error()))));
    records.push_back({next_position_ + static_cast<int64_t>(records.size()),
                       package,
                       std::make_shared<const codec::LoadedPackage>(*std::move(loaded)),
                       {}});
    outcome.push_back(Published::kNew);
  }
  // All of them together must make a configuration before any is written.
  RASTI_TRY(const auto built, Build(records));
  RASTI_CHECKED(CheckFit(*built, records, packages));
  for (size_t i = 0; i < packages.size(); ++i) {
    if (outcome[i] == Published::kUnchanged) continue;
    RASTI_CHECKED(log_.Publish(packages[i].Key(), codec::EncodePackage(packages[i])));
  }
  RASTI_CHECKED(Read());
  return outcome;
}

}  // namespace rasti::runtime
