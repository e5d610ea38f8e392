#include "tools/rasti/kafka_settings.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

constexpr int64_t kTimeoutLeast = 1'000;
constexpr int64_t kTimeoutMost = 900'000;
constexpr size_t kSettingsMost = 65'536;
constexpr size_t kSecretMost = 4'096;

using ClientSettings = std::map<std::string, std::string>;

// What may stand elsewhere: in a file that NAME.file names, or in a variable.
struct Secret {
  const char* name;
  const char* variable;
};
constexpr std::array kSecrets{Secret{"sasl.password", "RASTI_KAFKA_PASSWORD"},
                              Secret{"ssl.key.password", "RASTI_KAFKA_KEY_PASSWORD"}};

// What names a file with a private key in it.
constexpr std::array kKeyFiles{"ssl.key.location", "ssl.keystore.location"};
constexpr unsigned kByOthers = 077;
constexpr unsigned kByStrangers = 027;  // a group may read

Status CheckMode(const std::string& path, unsigned forbidden, std::string_view secret) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || (about.st_mode & forbidden) == 0) return {};
  return Fail(ErrorCode::kPermission, fmt::format("{}: others may read the {} in it (mode {:04o}); run: chmod 600 {}",
                                                  path, secret, about.st_mode & 07777, path));
}

Status CheckOthersCannotRead(const std::string& path) { return CheckMode(path, kByOthers, "password"); }

// The key of a certificate in the settings themselves, and not in a file.
bool IsKey(const std::string& name) { return name == "ssl.key.pem"; }

bool IsPassword(const std::string& name) {
  return name.find("password") != std::string::npos || name.find("secret") != std::string::npos;
}

// Lines "name=value", as librdkafka and the Java client have them in files.
Result<ClientSettings> ReadClientSettings(const std::string& path) {
  RASTI_TRY(const std::string text, ReadFile(path, kSettingsMost));
  ClientSettings settings;
  std::istringstream lines(text);
  std::string line;
  bool has_password = false;
  bool has_key = false;
  for (int number = 1; std::getline(lines, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == 0 || equals == std::string::npos) {
      // Not quoted: it may be a part of a password.
      return Fail(Error::Invalid(fmt::format("{}:{}: not a line of the form name=value", path, number)));
    }
    const std::string name = line.substr(0, equals);
    settings[name] = line.substr(equals + 1);
    if (name.ends_with(".file")) continue;
    has_password = has_password || IsPassword(name);
    has_key = has_key || IsKey(name);
  }
  if (has_password) RASTI_CHECKED(CheckOthersCannotRead(path));
  if (has_key) RASTI_CHECKED(CheckMode(path, kByOthers, "private key"));
  for (const char* const name : kKeyFiles) {
    // One that is not there is told by whoever opens it.
    const auto file = settings.find(name);
    if (file != settings.end()) RASTI_CHECKED(CheckMode(file->second, kByStrangers, "private key"));
  }
  return settings;
}

// Adds the password where it stands elsewhere. Errors name the place, never what stands there.
Status TakeSecret(const Secret& secret, const std::string& settings_file, ClientSettings& settings) {
  const bool is_set = settings.contains(secret.name);
  const std::string reference = fmt::format("{}.file", secret.name);
  if (const auto found = settings.find(reference); found != settings.end()) {
    if (is_set) {
      return Fail(Error::Invalid(fmt::format("{}: both {} and {}: give one", settings_file, secret.name, reference)));
    }
    // Beside the settings file, unless its path is whole.
    const std::string path = std::filesystem::path(settings_file).parent_path() / found->second;
    RASTI_TRY(std::string text, ReadFile(path, kSecretMost));
    RASTI_CHECKED(CheckOthersCannotRead(path));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty()) return Fail(Error::Invalid(fmt::format("{}: there is no password in it", path)));
    settings.erase(found);
    settings[secret.name] = std::move(text);
    return {};
  }
  const char* value = std::getenv(secret.variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (!is_set && value != nullptr && *value != '\0') settings[secret.name] = value;
  return {};
}

// Those that the log derives other settings from.
Status TakeTime(ClientSettings& settings, const std::string& name, const std::string& path, Duration& taken) {
  const auto found = settings.find(name);
  if (found == settings.end()) return {};
  int64_t value = 0;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < kTimeoutLeast || value > kTimeoutMost) {
    return Fail(Error::Invalid(
        fmt::format("{}: {}={}: wants {} to {} milliseconds", path, name, text, kTimeoutLeast, kTimeoutMost)));
  }
  taken = Duration{value};
  settings.erase(found);
  return {};
}

Status TakeAssignor(ClientSettings& settings, const std::string& path, log::KafkaAssignor& taken) {
  const auto found = settings.find("partition.assignment.strategy");
  if (found == settings.end()) return {};
  if (found->second != "range" && found->second != "cooperative-sticky") {
    return Fail(
        Error::Invalid(fmt::format("{}: {}={}: wants range or cooperative-sticky", path, found->first, found->second)));
  }
  if (found->second == "cooperative-sticky") taken = log::KafkaAssignor::kCooperativeSticky;
  settings.erase(found);
  return {};
}

}  // namespace

Result<log::KafkaLogOptions> KafkaOptionsOf(const KafkaPlace& place) {
  log::KafkaLogOptions options;
  options.brokers = place.brokers;
  options.topic_prefix = place.topic_prefix;
  options.group = place.group;
  options.node = place.node;
  if (!place.settings_file.empty()) {
    RASTI_TRY(options.client_settings, ReadClientSettings(place.settings_file));
  }
  for (const Secret& secret : kSecrets) {
    RASTI_CHECKED(TakeSecret(secret, place.settings_file, options.client_settings));
  }
  RASTI_CHECKED(TakeTime(options.client_settings, "session.timeout.ms", place.settings_file, options.session_timeout));
  RASTI_CHECKED(
      TakeTime(options.client_settings, "transaction.timeout.ms", place.settings_file, options.transaction_timeout));
  RASTI_CHECKED(TakeAssignor(options.client_settings, place.settings_file, options.assignor));
  return options;
}

Error WithSettingsFile(Error error, const KafkaPlace& place) {
  if (error.code == ErrorCode::kNotFound && !place.settings_file.empty()) {
    error.message += fmt::format("; or the user of {} has no right to see it (deploy/kafka)", place.settings_file);
  }
  if (error.code != ErrorCode::kPermission) return error;
  error.message += place.settings_file.empty() ? "; no settings file is named: --kafka-settings FILE"
                                               : fmt::format("; in {}", place.settings_file);
  return error;
}

}  // namespace rasti::cli
