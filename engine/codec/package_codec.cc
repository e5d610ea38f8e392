#include "engine/codec/package_codec.h"

#include <fmt/format.h>

#include "engine/codec/convert_basics.h"
#include "engine/codec/parse.h"
#include "proto/rasti/v1/package.pb.h"

namespace rasti::codec {
namespace {

rasti::v1::PackageKind ToWire(PackageKind kind) {
  switch (kind) {
    case PackageKind::kWorkflow: return v1::PACKAGE_KIND_WORKFLOW;
    case PackageKind::kCalendar: return v1::PACKAGE_KIND_CALENDAR;
    case PackageKind::kTenant: return v1::PACKAGE_KIND_TENANT;
    case PackageKind::kTzData: return v1::PACKAGE_KIND_TZDATA;
    case PackageKind::kOverrides: return v1::PACKAGE_KIND_OVERRIDES;
  }
  return v1::PACKAGE_KIND_UNSPECIFIED;
}

}  // namespace

std::string PublishedPackage::Key() const {
  return fmt::format("{}/{}", PackageKindName(files.kind), files.id().str());
}

std::string EncodePackage(const PublishedPackage& package) {
  v1::Package message;
  message.set_kind(ToWire(package.files.kind));
  message.set_name(package.files.name);
  message.set_version(package.files.version);
  message.set_effective_from_at_ms(ToUnixMillis(package.effective_from));
  message.set_published_by(package.published_by);
  message.set_published_at_ms(ToUnixMillis(package.published_at));
  for (const auto& [path, content] : package.files.files) {
    v1::File* file = message.add_files();
    file->set_path(path);
    file->set_content(content);
  }
  return message.SerializeAsString();
}

Result<PublishedPackage> DecodePackage(std::string_view bytes) {
  v1::Package message;
  if (!Parse(message, bytes)) {
    return Fail(Error::Corruption("a published package cannot be read: it is no rasti.v1.Package"));
  }
  PublishedPackage package;
  package.files.name = message.name();
  package.files.version = message.version();
  switch (static_cast<int>(message.kind())) {
    case v1::PACKAGE_KIND_WORKFLOW: package.files.kind = PackageKind::kWorkflow; break;
    case v1::PACKAGE_KIND_CALENDAR: package.files.kind = PackageKind::kCalendar; break;
    case v1::PACKAGE_KIND_TENANT: package.files.kind = PackageKind::kTenant; break;
    case v1::PACKAGE_KIND_TZDATA: package.files.kind = PackageKind::kTzData; break;
    case v1::PACKAGE_KIND_OVERRIDES: package.files.kind = PackageKind::kOverrides; break;
    default:
      return Fail(ErrorCode::kUnsupportedVersion,
                  fmt::format("package {} is of kind {}, which a newer version knows", package.files.id().str(),
                              static_cast<int>(message.kind())));
  }
  Faults faults(ErrorCode::kCorruption);
  FromWire(message.effective_from_at_ms(), package.effective_from, "effective_from_at_ms", faults);
  FromWire(message.published_at_ms(), package.published_at, "published_at_ms", faults);
  if (faults.any()) return Fail(faults.Take().At(fmt::format("package {}", package.files.id().str())));
  package.published_by = message.published_by();
  for (const v1::File& file : message.files()) package.files.files[file.path()] = file.content();
  return package;
}

}  // namespace rasti::codec
