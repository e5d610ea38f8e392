#include "tools/rasti/duration_option.h"

#include <fmt/format.h>

namespace rasti::cli {

CLI::Option* AddDurationOption(CLI::App& command, const std::string& name, const DurationRange& range,
                               const std::string& shown, const std::string& help, std::function<void(Duration)> given) {
  const auto take = [name, range, given = std::move(given)](const std::string& text) {
    const auto length = ParseDuration(text);
    if (!length) throw CLI::ValidationError(name, fmt::format("'{}': {}", text, length.error().message));
    if (*length < range.least || *length > range.most) {
      throw CLI::ValidationError(name, fmt::format("'{}': it has to be from {} to {}", text,
                                                   FormatDuration(range.least), FormatDuration(range.most)));
    }
    given(*length);
  };
  return command.add_option_function<std::string>(name, take, help)->type_name("DURATION")->default_str(shown);
}

}  // namespace rasti::cli
