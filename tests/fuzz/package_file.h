// A package on its way over the log of definitions. Pure; thread-safe.
#pragma once

#include "engine/codec/package.h"

namespace rasti::fuzz {

/// Encodes and decodes the package, which must not change it, and loads what came out.
tl::expected<codec::LoadedPackage, std::vector<codec::Issue>> LoadCarried(const codec::PackageFiles& files);

}  // namespace rasti::fuzz
