// What the system said, as an Error.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace rasti {

/// The error of errno, with what was tried and the path in front: "cannot open /x: No such file or directory".
/// Codes: kNoSpace, kPermission, kNotFound; otherwise kIo.
Error SystemError(const std::string& what, const std::string& path, int error);

}  // namespace rasti
