#include "tools/rasti/view_home.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <vector>

#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

Status FromSystem(const std::string& what, const std::error_code& error) {
  if (!error) return {};
  const ErrorCode code = error == std::errc::no_space_on_device  ? ErrorCode::kNoSpace
                         : error == std::errc::permission_denied ? ErrorCode::kPermission
                                                                 : ErrorCode::kIo;
  return Fail(code, fmt::format("{}: {}", what, error.message()));
}

// The N of a store's name.
std::optional<int> NumberIn(const std::string& name) {
  int number = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < 1) return std::nullopt;
  return number;
}

}  // namespace

std::string ViewHome::Directory(int number) const { return fmt::format("{}/{}", paths_.view_home(), number); }

Result<ViewHome> ViewHome::Open(const DataPaths& paths) {
  ViewHome home(paths);
  const std::string link = paths.views();
  std::error_code error;
  fs::create_directories(paths.view_home(), error);
  RASTI_CHECKED(FromSystem(paths.view_home(), error));
  const fs::file_status found = fs::symlink_status(link, error);
  if (found.type() == fs::file_type::symlink) {
    const std::string target = fs::read_symlink(link, error).string();
    RASTI_CHECKED(FromSystem(link, error));
    home.shown_ = NumberIn(target).value_or(1);
    if (!NumberIn(target)) RASTI_CHECKED(home.Link(home.shown_));
  } else {
    RASTI_CHECKED(home.DropLeftovers());  // what lies there under a number was never shown
    if (found.type() == fs::file_type::directory) {
      fs::rename(link, home.shown(), error);
      RASTI_CHECKED(FromSystem(link, error));
    }
    RASTI_CHECKED(home.Link(home.shown_));
  }
  home.last_ = home.shown_;
  RASTI_CHECKED(home.DropLeftovers());
  return home;
}

Status ViewHome::DropLeftovers() const {
  const bool linked = fs::is_symlink(fs::symlink_status(paths_.views()));
  std::error_code error;
  std::vector<std::string> leftovers;
  for (auto entry = fs::directory_iterator(paths_.view_home(), error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const bool shown = entry->path() == paths_.views() || (linked && entry->path() == Directory(shown_));
    if (!shown) leftovers.push_back(entry->path().string());
  }
  RASTI_CHECKED(FromSystem(paths_.view_home(), error));
  for (const std::string& leftover : leftovers) RASTI_CHECKED(Drop(leftover));
  return {};
}

Result<std::string> ViewHome::Next() {
  const std::string directory = Directory(++last_);
  RASTI_CHECKED(Drop(directory));
  return directory;
}

Status ViewHome::Show(const std::string& directory) {
  const auto number = NumberIn(fs::path(directory).filename().string());
  if (!number) return Fail(Error::Internal(fmt::format("{} is no place of views", directory)));
  RASTI_CHECKED(Link(*number));
  shown_ = *number;
  return {};
}

Status ViewHome::Link(int number) const {
  const std::string fresh = paths_.views() + ".new";
  std::error_code error;
  fs::remove(fresh, error);
  fs::create_symlink(fmt::format("{}", number), fresh, error);
  RASTI_CHECKED(FromSystem(fresh, error));
  fs::rename(fresh, paths_.views(), error);
  RASTI_CHECKED(FromSystem(paths_.views(), error));
  return SyncDirectory(paths_.view_home());
}

Status ViewHome::Drop(const std::string& directory) {
  std::error_code error;
  fs::remove_all(directory, error);
  return FromSystem(directory, error);
}

}  // namespace rasti::cli
