// What `rasti run` writes to stderr: lines for people, or JSON lines for collectors. Never personal data: only ids of
// cases and commands, counts, positions, paths and what the system said.
// Threading: thread-safe.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

namespace spdlog {
class logger;
}

namespace rasti::cli {

class ServiceLog {
 public:
  enum class Level { kDebug, kInfo, kWarn };

  /// Writes lines of this level and above.
  explicit ServiceLog(bool json, Level from = Level::kInfo);
  ~ServiceLog();
  using Fields = nlohmann::ordered_json;

  /// Whether Debug writes anything: what costs something is not made up in vain.
  bool debugs() const;
  void Debug(std::string_view event, const Fields& fields = Fields::object());
  void Info(std::string_view event, const Fields& fields = Fields::object());
  void Warn(std::string_view event, const Fields& fields = Fields::object());
  void Error(std::string_view event, const Fields& fields = Fields::object());

 private:
  void Write(int level, std::string_view event, const Fields& fields);
  const bool json_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace rasti::cli
