#include "tools/rasti/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "engine/base/system_error.h"
#include "engine/core/expression/names.h"

namespace rasti::cli {
namespace {

// errno where it failed.
int Write(FILE* to, std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
  return written ? 0 : errno == 0 ? EIO : errno;
}

std::string_view CodeOf(Colour colour) {
  switch (colour) {
    case Colour::kRed: return "\033[31m";
    case Colour::kGreen: return "\033[32m";
    case Colour::kYellow: return "\033[33m";
    case Colour::kBold: return "\033[1m";
    case Colour::kFaint: return "\033[2m";
  }
  return "";
}

std::string Dump(const nlohmann::ordered_json& document, int indent) {
  // Titles come from people: bytes that are no UTF-8 are replaced instead of ending the program.
  return document.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Output::Output() : stderr_is_terminal_(::isatty(STDERR_FILENO) == 1) {
  const char* term = std::getenv("TERM");           // NOLINT(concurrency-mt-unsafe): before any thread
  const char* no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  colours_ = ::isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') && term != nullptr &&
             std::string_view(term) != "dumb";
}

void Output::Print(std::string_view text) const {
  const int failed = Write(stdout, text);
  if (error_ == 0) error_ = failed;
}

Status Output::Check() const {
  if (error_ == 0 || error_ == EPIPE) return {};
  return Fail(SystemError("writing the output", "stdout", error_));
}

void Output::Line(std::string_view text) const {
  if (!json_) Print(fmt::format("{}\n", text));
}

void Output::Json(const nlohmann::ordered_json& document) const {
  if (json_) Print(Dump(document, 2));
}

void Output::JsonLine(const nlohmann::ordered_json& document) const {
  if (json_) Print(Dump(document, -1));
}

void Output::Raw(std::string_view text) const { Print(fmt::format("{}\n", text)); }

void Output::Note(std::string_view text) const { Write(stderr, fmt::format("{}\n", text)); }

void Output::Failed(const Failure& failure) const {
  if (json_) {
    nlohmann::ordered_json error{{"code", failure.code}};
    if (!failure.field.empty()) error["field"] = failure.field;
    error["message"] = failure.message;
    error["exit"] = static_cast<int>(failure.exit);
    Write(stderr, Dump({{"error", std::move(error)}}, -1));
    return;
  }
  std::string text = failure.exit == Exit::kRejected ? fmt::format("rejected: {}", failure.code) : std::string("rasti");
  if (failure.exit == Exit::kRejected && !failure.field.empty()) text += fmt::format(" ({})", failure.field);
  Write(stderr, fmt::format("{}: {}\n", text, failure.message));
}

void Output::Progress(std::string_view text) const {
  if (progress_wanted()) Write(stderr, fmt::format("\r\033[K{}", text));
}

std::string Output::Paint(Colour colour, std::string_view text) const {
  if (!colours_ || json_) return std::string(text);
  return fmt::format("{}{}\033[0m", CodeOf(colour), text);
}

std::vector<std::string> Align(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    if (row.size() > widths.size()) widths.resize(row.size());
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], core::expression::CountCodePoints(row[i]));
    }
  }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - core::expression::CountCodePoints(row[i]) + 2, ' ');
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Printable(std::string_view text) {
  std::string safe(text);
  std::ranges::replace_if(
      safe, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return safe;
}

}  // namespace rasti::cli
