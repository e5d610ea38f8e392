#include "tools/rasti/service_log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "engine/ports/clock.h"

namespace rasti::cli {
namespace {

std::string Dump(const ServiceLog::Fields& value) {
  return value.dump(-1, ' ', false, ServiceLog::Fields::error_handler_t::replace);
}

}  // namespace

ServiceLog::ServiceLog(bool json, Level from) : json_(json) {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  logger_ = std::make_shared<spdlog::logger>("rasti", std::move(sink));
  // JSON lines carry their own time and level.
  logger_->set_pattern(json ? "%v" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
  logger_->set_level(from == Level::kDebug  ? spdlog::level::debug
                     : from == Level::kInfo ? spdlog::level::info
                                            : spdlog::level::warn);
  logger_->flush_on(spdlog::level::info);
}

ServiceLog::~ServiceLog() = default;

bool ServiceLog::debugs() const { return logger_->should_log(spdlog::level::debug); }

void ServiceLog::Debug(std::string_view event, const Fields& fields) { Write(spdlog::level::debug, event, fields); }
void ServiceLog::Info(std::string_view event, const Fields& fields) { Write(spdlog::level::info, event, fields); }
void ServiceLog::Warn(std::string_view event, const Fields& fields) { Write(spdlog::level::warn, event, fields); }
void ServiceLog::Error(std::string_view event, const Fields& fields) { Write(spdlog::level::err, event, fields); }

void ServiceLog::Write(int level, std::string_view event, const Fields& fields) {
  const auto severity = static_cast<spdlog::level::level_enum>(level);
  if (!logger_->should_log(severity)) return;
  if (json_) {
    const auto name = spdlog::level::to_string_view(severity);
    Fields line{{"time", FormatInstant(ports::SystemClock().Now())},
                {"level", std::string(name.data(), name.size())},
                {"event", event}};
    line.update(fields);
    logger_->log(severity, "{}", Dump(line));
    return;
  }
  std::string text(event);
  for (const auto& [name, value] : fields.items()) {
    text += fmt::format(" {}={}", name, value.is_string() ? value.get<std::string>() : Dump(value));
  }
  logger_->log(severity, "{}", text);
}

}  // namespace rasti::cli
