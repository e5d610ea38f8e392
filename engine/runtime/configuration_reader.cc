#include "engine/runtime/configuration_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::runtime {
namespace {

std::string Join(const std::vector<codec::Issue>& issues) {
  std::vector<std::string> lines;
  for (const codec::Issue& issue : issues) {
    if (issue.severity == codec::Severity::kError) lines.push_back(issue.ToString());
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace

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
  const auto fresh = log_.ReadDefinitions(next_position_);
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
    for (const ports::DefinitionRecord& record : *fresh) {
      auto package = codec::DecodePackage(record.value);
      if (!package)
        return Fail(package.error().At(fmt::format("definition {} at position {}", record.key, record.position)));
      const auto same = [&](const Record& one) { return one.package.Key() == package->Key(); };
      // Of two records with one key the first holds, for every node and for ever.
      if (std::ranges::any_of(records, same)) continue;
      records.push_back({record.position, *std::move(package)});
    }
    RASTI_TRY(current, Build(records));
  }
  const std::lock_guard lock(mutex_);
  if (!fresh->empty()) {
    current_ = std::move(current);
    records_ = std::move(records);
    next_position_ = fresh->back().position + 1;
  }
  failed_.reset();
  refreshed_ = asked_at;
  return {};
}

Result<std::shared_ptr<const Configuration>> ConfigurationReader::Build(const std::vector<Record>& records) {
  auto configuration = std::make_shared<Configuration>();
  for (const Record& record : records) {
    const codec::PublishedPackage& package = record.package;
    auto loaded = codec::LoadPackage(package.files);
    if (!loaded) return Fail(Error::Invalid(fmt::format("{}:\n{}", package.Key(), Join(loaded.error()))));
    const Instant from = package.effective_from;
    const int64_t position = record.position;
    const std::string& version = package.files.version;
    const auto add = core::Overloaded{
        [&](core::Definition& definition) {
          return configuration->AddDefinition(std::move(definition), from, position);
        },
        [&](core::Tenant& tenant) { return configuration->AddTenant(std::move(tenant), from, position); },
        [&](sla::CalendarSpec& spec) { return configuration->AddCalendar(std::move(spec), version, from, position); },
        [&](codec::TzData& zones) -> Status {
          if (Status registered = sla::RegisterTimeZones(zones.version, zones.zones); !registered) return registered;
          return configuration->AddTimeZones(version, from, position);
        },
    };
    if (Status added = std::visit(add, *loaded); !added) return Fail(added.error().At(package.Key()));
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
    records.push_back({static_cast<int64_t>(records.size()), package});
  }
  return Build(records);
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
  std::vector<Published> outcome;
  for (const codec::PublishedPackage& package : packages) {
    const auto same = [&](const Record& one) { return one.package.Key() == package.Key(); };
    const auto known = std::ranges::find_if(records, same);
    if (known != records.end()) {
      if (known->package.files != package.files) {
        return Fail(
            ErrorCode::kAlreadyExists,
            fmt::format("{} is published already with other content; what is published never changes: give it a "
                        "new version",
                        package.Key()));
      }
      outcome.push_back(Published::kUnchanged);
      continue;
    }
    if (auto loaded = codec::LoadPackage(package.files, context); !loaded) {
      return Fail(Error::Invalid(fmt::format("{}:\n{}", package.Key(), Join(loaded.error()))));
    }
    records.push_back({next_position_ + static_cast<int64_t>(records.size()), package});
    outcome.push_back(Published::kNew);
  }
  // All of them together must make a configuration before any is written.
  if (auto built = Build(records); !built) return Fail(built.error());
  for (size_t i = 0; i < packages.size(); ++i) {
    if (outcome[i] == Published::kUnchanged) continue;
    RASTI_CHECKED(log_.Publish(packages[i].Key(), codec::EncodePackage(packages[i])));
  }
  RASTI_CHECKED(Read());
  return outcome;
}

}  // namespace rasti::runtime
