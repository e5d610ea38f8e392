#include <cctz/zone_info_source.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "engine/sla/calendar.h"

namespace rasti::sla {
namespace {

constexpr std::string_view kPrefix = "rasti/";

// Holds the bytes of every registered zone under the name that cctz is given. Entries are never removed or changed,
// because cctz keeps a loaded zone for the life of the process.
class Registry {
 public:
  static Registry& Instance() {
    // Never destroyed: threads may load zones while static objects go.
    static Registry& registry = *new Registry;
    return registry;
  }

  using Bytes = std::shared_ptr<const std::string>;

  Status Add(std::string_view version, const std::map<std::string, std::string>& tzif_by_name) {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, bytes] : tzif_by_name) {
      const auto found = by_key_.find(KeyOf(version, name));
      if (found != by_key_.end() && *found->second != bytes) {
        return Fail(ErrorCode::kAlreadyExists,
                    fmt::format("time zone '{}' of tz data {} is registered with other bytes; changed data needs a new "
                                "version",
                                name, version));
      }
    }
    for (const auto& [name, bytes] : tzif_by_name) {
      by_key_.try_emplace(KeyOf(version, name), std::make_shared<const std::string>(bytes));
    }
    return {};
  }

  Bytes Find(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : found->second;
  }

  static std::string KeyOf(std::string_view version, std::string_view name) {
    return fmt::format("{}{}/{}", kPrefix, version, name);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bytes> by_key_;
};

class BytesSource : public cctz::ZoneInfoSource {
 public:
  explicit BytesSource(Registry::Bytes bytes) : bytes_(std::move(bytes)) {}

  size_t Read(void* to, size_t size) override {
    const size_t count = std::min(size, bytes_->size() - position_);
    std::memcpy(to, bytes_->data() + position_, count);
    position_ += count;
    return count;
  }
  int Skip(size_t offset) override {
    if (offset > bytes_->size() - position_) return -1;
    position_ += offset;
    return 0;
  }

 private:
  Registry::Bytes bytes_;
  size_t position_ = 0;
};

std::unique_ptr<cctz::ZoneInfoSource> OpenZone(
    const std::string& name, const std::function<std::unique_ptr<cctz::ZoneInfoSource>(const std::string&)>& fallback) {
  if (!name.starts_with(kPrefix)) return fallback(name);
  Registry::Bytes bytes = Registry::Instance().Find(name);
  return bytes == nullptr ? nullptr : std::make_unique<BytesSource>(std::move(bytes));
}

}  // namespace

Status RegisterTimeZones(std::string_view version, const std::map<std::string, std::string>& tzif_by_name) {
  // A '/' would make "1/a" of version "2" and "a" of version "2/1" the same zone.
  if (version.empty() || version.find('/') != std::string_view::npos) {
    return Fail(Error::Invalid(fmt::format("'{}' is no version of tz data; write it like 2025b", version)));
  }
  for (const auto& [name, bytes] : tzif_by_name) {
    if (name.empty()) return Fail(Error::Invalid(fmt::format("tz data {} has a time zone without a name", version)));
    if (!bytes.starts_with("TZif")) {
      return Fail(Error::Invalid(
          fmt::format("time zone '{}' of tz data {} is no compiled zone: it does not begin with TZif", name, version)));
    }
  }
  return Registry::Instance().Add(version, tzif_by_name);
}

Result<cctz::time_zone> LoadTimeZone(std::string_view version, std::string_view name) {
  const std::string key = Registry::KeyOf(version, name);
  // Asked before cctz is, which remembers a failure for ever: the zone may still be registered later.
  if (Registry::Instance().Find(key) == nullptr) {
    return Fail(Error::NotFound(fmt::format("time zone '{}' is not in tz data {}", name, version)));
  }
  cctz::time_zone zone;
  if (!cctz::load_time_zone(key, &zone)) {
    return Fail(Error::Corruption(fmt::format("time zone '{}' of tz data {} does not load", name, version)));
  }
  return zone;
}

}  // namespace rasti::sla

namespace cctz_extension {

// Replaces the weak definition in cctz. It stands in the file of LoadTimeZone, so that linking one links the other.
ZoneInfoSourceFactory zone_info_source_factory = rasti::sla::OpenZone;

}  // namespace cctz_extension
