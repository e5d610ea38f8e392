#include "engine/core/register_number.h"

#include <fmt/format.h>

#include <array>

namespace rasti::core {
namespace {

constexpr std::string_view kRegister = "register@1";
// Events of its opening: the submission and the stage.
constexpr int64_t kOpeningRevisions = 2;
constexpr size_t kFormatBytesMost = 100;
constexpr int kDigitsMost = 12;

// Of the UUIDv5 of registers; made once, at random.
constexpr Uuid kNamespace{
    {0x6b, 0x0d, 0x5a, 0x1e, 0x3f, 0x92, 0x4c, 0x77, 0x8e, 0x14, 0xd2, 0x29, 0x95, 0xc3, 0x0b, 0xf6}};

Definition MakeRegisterDefinition() {
  Definition definition;
  definition.id = WorkflowId("register");
  definition.version = VersionedName(std::string(kRegister));
  definition.title = {"Libri i numrave", "Knjiga brojeva", "Register of numbers"};
  definition.categories.push_back({.id = CategoryId("register"), .title = definition.title, .queue = {}});
  definition.stages.push_back({.id = StageId("open"), .title = {"I hapur", "Otvorena", "Open"}, .initial = true});
  definition.BuildIndex();
  return definition;
}

// One piece of a format: a text, or what stands in braces.
struct Piece {
  std::string_view text;
  bool in_braces = false;
};

// Takes the next piece off; nothing where braces do not match.
std::optional<Piece> TakePiece(std::string_view& format) {
  if (format.front() != '{') {
    const size_t end = std::min(format.find_first_of("{}"), format.size());
    if (end == 0) return std::nullopt;  // a '}' alone
    const Piece piece{format.substr(0, end), false};
    format.remove_prefix(end);
    return piece;
  }
  const size_t end = format.find_first_of("{}", 1);
  if (end == std::string_view::npos || format[end] != '}') return std::nullopt;
  const Piece piece{format.substr(1, end - 1), true};
  format.remove_prefix(end + 1);
  return piece;
}

// The digits of "number" (1) or "number:5"; nothing for another text.
std::optional<int> DigitsOf(std::string_view text) {
  constexpr std::string_view kNumber = "number";
  if (!text.starts_with(kNumber)) return std::nullopt;
  text.remove_prefix(kNumber.size());
  if (text.empty()) return 1;
  if (!text.starts_with(':') || text.size() < 2 || text.size() > 3) return std::nullopt;
  int digits = 0;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return std::nullopt;
    digits = digits * 10 + (c - '0');
  }
  return digits >= 1 && digits <= kDigitsMost ? std::optional(digits) : std::nullopt;
}

}  // namespace

const Definition& RegisterDefinition() {
  static const Definition kDefinition = MakeRegisterDefinition();
  return kDefinition;
}

bool IsRegister(const VersionedName& definition) { return definition.view() == kRegister; }

CaseId RegisterCaseId(const TenantId& tenant, std::string_view register_id, std::string_view period) {
  return {UuidV5(kNamespace, fmt::format("{}/{}/{}", tenant.view(), register_id, period))};
}

int64_t NumberAt(Revision revision) { return revision.value - kOpeningRevisions; }
Revision RevisionOfNumber(int64_t number) { return {number + kOpeningRevisions}; }

std::string FormatNumber(std::string_view format, int64_t number, std::string_view period) {
  std::string text;
  while (!format.empty()) {
    const auto piece = TakePiece(format);
    if (!piece) return text.append(format);
    if (!piece->in_braces) {
      text.append(piece->text);
    } else if (const auto digits = DigitsOf(piece->text)) {
      text.append(fmt::format("{:0{}}", number, *digits));
    } else {
      text.append(period);
    }
  }
  return text;
}

std::optional<std::string> WhyNoFormat(std::string_view format, bool yearly) {
  if (format.size() > kFormatBytesMost) return fmt::format("a number is written in {} bytes at most", kFormatBytesMost);
  int numbers = 0;
  int years = 0;
  for (std::string_view rest = format; !rest.empty();) {
    const auto piece = TakePiece(rest);
    if (!piece) return "the { and } do not match";
    if (!piece->in_braces) continue;
    if (DigitsOf(piece->text)) {
      ++numbers;
    } else if (piece->text == "year") {
      ++years;
    } else {
      return fmt::format("'{{{}}}' stands for nothing; {{number}}, {{number:5}} with up to {} digits and {{year}} do",
                         piece->text, kDigitsMost);
    }
  }
  if (numbers != 1) return "{number} is to stand in it once";
  if (yearly && years == 0) return "a number that begins anew each year needs {year}, or it comes again";
  if (!yearly && years > 0) return "{year} is of numbers that begin anew each year";
  return std::nullopt;
}

}  // namespace rasti::core
