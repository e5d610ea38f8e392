#include "tools/rasti/size_option.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace rasti::cli {
namespace {

struct Unit {
  std::string_view name;
  uint64_t bytes;
};
constexpr std::array<Unit, 4> kUnits{{{"GiB", kGiB}, {"MiB", kMiB}, {"KiB", 1'024}, {"", 1}}};

}  // namespace

Result<uint64_t> ParseSize(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return Fail(Error::Invalid(fmt::format("size '{}': {}; write it like 160MiB, 2GiB or 167772160", text, why)));
  };
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return bad("that is more than can be counted");
  if (error != std::errc()) return bad("a whole number is wanted");
  const std::string_view name(after, static_cast<size_t>(end - after));
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    uint64_t bytes = 0;
    if (__builtin_mul_overflow(number, unit.bytes, &bytes)) return bad("that is more than can be counted");
    return bytes;
  }
  return bad(fmt::format("'{}' is no unit, those are KiB, MiB and GiB, and without one it is bytes", name));
}

std::string FormatSize(uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  }
  return "0";
}

CLI::Option* AddSizeOption(CLI::App& command, const std::string& name, const SizeRange& range, const std::string& help,
                           uint64_t& bytes) {
  const auto take = [name, range, &bytes](const std::string& text) {
    const auto size = ParseSize(text);
    if (!size) throw CLI::ValidationError(name, size.error().message);
    if (*size < range.least || *size > range.most) {
      throw CLI::ValidationError(
          name, fmt::format("'{}': it has to be from {} to {}", text, FormatSize(range.least), FormatSize(range.most)));
    }
    bytes = *size;
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("SIZE")->default_str(FormatSize(bytes));
}

}  // namespace rasti::cli
