// What kind of document a file is, by the ending of its name.
#pragma once

#include <string>
#include <string_view>

namespace rasti::cli {

/// "image/jpeg" for "Photo.JPG"; "application/octet-stream" where the ending says nothing. Names are those of IANA's
/// registry of media types.
std::string MediaTypeOf(std::string_view file_name);

}  // namespace rasti::cli
