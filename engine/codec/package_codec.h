// Published packages to and from the bytes that `rasti.definitions` keeps (rasti.v1.Package). Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/codec/package.h"

namespace rasti::codec {

/// A package as it was published.
struct PublishedPackage {
  PackageFiles files;
  Instant effective_from;
  Instant published_at;
  std::string published_by;
  bool operator==(const PublishedPackage&) const = default;

  /// The record's key: "workflow/issue-report@3".
  std::string Key() const;
};

std::string EncodePackage(const PublishedPackage& package);
/// Errors: kCorruption, kUnsupportedVersion (a kind that only a newer engine knows).
Result<PublishedPackage> DecodePackage(std::string_view bytes);

}  // namespace rasti::codec
