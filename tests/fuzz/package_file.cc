#include "tests/fuzz/package_file.h"

#include "engine/base/check.h"
#include "engine/codec/package_codec.h"

namespace rasti::fuzz {

tl::expected<codec::LoadedPackage, std::vector<codec::Issue>> LoadCarried(const codec::PackageFiles& files) {
  const codec::PublishedPackage published{files, kEarliestInstant, kLatestInstant, "fuzz"};
  const auto carried = codec::DecodePackage(codec::EncodePackage(published));
  RASTI_CHECK(carried.has_value() && *carried == published, "the log of definitions carries a package as it is");
  const auto issues = codec::LintPackage(carried->files);
  auto loaded = codec::LoadPackage(carried->files);
  RASTI_CHECK(loaded.has_value() != codec::HasErrors(issues), "a package without errors is loaded, and no other");
  return loaded;
}

}  // namespace rasti::fuzz
