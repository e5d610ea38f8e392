#include "engine/codec/upcasters.h"

#include <fmt/format.h>

#include "engine/base/check.h"

namespace rasti::codec {

Upcasters::Upcasters(const std::vector<Upcaster>& upcasters) {
  for (const Upcaster& upcaster : upcasters) {
    RASTI_CHECK(upcaster.from_version == NewestVersion(upcaster.type), "upcasters of a type follow each other");
    upcasters_.push_back(upcaster);
  }
}

const Upcasters& Upcasters::Released() {
  static const Upcasters released({});
  return released;
}

uint32_t Upcasters::NewestVersion(std::string_view type) const {
  uint32_t newest = 1;
  for (const Upcaster& upcaster : upcasters_) {
    if (upcaster.type == type) ++newest;
  }
  return newest;
}

Status Upcasters::Lift(v1::Event& event) const {
  const uint32_t newest = NewestVersion(event.type());
  if (event.type_version() == 0) return Fail(Error::Corruption("type_version: not set"));
  if (event.type_version() > newest) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{} version {} was written by a newer engine: this one knows versions up to {}",
                            event.type(), event.type_version(), newest));
  }
  if (event.type_version() == newest) return {};
  for (const Upcaster& upcaster : upcasters_) {
    if (upcaster.type != event.type() || upcaster.from_version != event.type_version()) continue;
    upcaster.lift(event);
    event.set_type_version(upcaster.from_version + 1);
  }
  return {};
}

}  // namespace rasti::codec
