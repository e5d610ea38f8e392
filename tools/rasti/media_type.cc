#include "tools/rasti/media_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace rasti::cli {
namespace {

// What citizens and offices send each other.
constexpr auto kTypes = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"csv", "text/csv"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eml", "message/rfc822"},
    {"gif", "image/gif"},
    {"heic", "image/heic"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"json", "application/json"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"odg", "application/vnd.oasis.opendocument.graphics"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ogg", "audio/ogg"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"rtf", "application/rtf"},
    {"svg", "image/svg+xml"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"txt", "text/plain"},
    {"webp", "image/webp"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
});

}  // namespace

std::string MediaTypeOf(std::string_view file_name) {
  constexpr std::string_view kUnknown = "application/octet-stream";
  const size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return std::string(kUnknown);
  std::string ending(file_name.substr(dot + 1));
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  const auto* const found = std::ranges::find(kTypes, ending, [](const auto& type) { return type.first; });
  return std::string(found == kTypes.end() ? kUnknown : found->second);
}

}  // namespace rasti::cli
