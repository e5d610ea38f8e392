#include "tools/rasti/import/xes_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

#include "tools/rasti/files.h"
#include "tools/rasti/import/text_decoder.h"

namespace rasti::cli {
namespace {

constexpr size_t kDeclarationBytesMost = 200;
// Of a character reference that is refused.
constexpr size_t kReferenceShownMost = 30;

bool IsTrace(const pugi::xml_node& node) { return std::string_view(node.name()) == "trace"; }
bool IsEvent(const pugi::xml_node& node) { return std::string_view(node.name()) == "event"; }

// Whether the element is an attribute of XES with a single value.
bool IsValue(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name == "string" || name == "date" || name == "int" || name == "float" || name == "boolean" || name == "id";
}

std::string PrintedOf(const pugi::xml_node& element) {
  std::ostringstream text;
  element.print(text, "", pugi::format_raw);
  return std::move(text).str();
}

// Made by pugixml without recursion, so that a deep document can be looked over at all.
class DepthWalker : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& /*node*/) override { return depth() < kXesDepthMost; }
};

int64_t LineAt(std::string_view text, size_t offset) {
  const auto before = text.substr(0, offset);
  return std::count(before.begin(), before.end(), '\n') + 1;
}

// The first character reference that names no character: pugixml would cut the value there, or take another character.
size_t FindNoCharacter(std::string_view text) {
  constexpr uint64_t kLast = 0x10FFFF;
  for (size_t at = text.find("&#"); at != std::string_view::npos; at = text.find("&#", at + 2)) {
    const bool hex = text.substr(at + 2).starts_with('x');
    const size_t from = at + (hex ? 3 : 2);
    const size_t end = text.find_first_not_of(hex ? "0123456789abcdefABCDEF" : "0123456789", from);
    if (end == std::string_view::npos || end == from || text[end] != ';') continue;
    uint64_t number = 0;
    const auto [last, error] = std::from_chars(text.data() + from, text.data() + end, number, hex ? 16 : 10);
    if (error != std::errc() || number == 0 || number > kLast) return at;
  }
  return std::string_view::npos;
}

// What the XML declaration says, in lower case; empty where it does not.
std::string DeclaredEncoding(std::string_view text) {
  text = text.substr(0, kDeclarationBytesMost);
  if (!text.starts_with("<?xml")) return "";
  text = text.substr(0, text.find("?>"));
  const size_t key = text.find("encoding");
  if (key == std::string_view::npos) return "";
  const size_t open = text.find_first_of("\"'", key);
  if (open == std::string_view::npos) return "";
  std::string name(text.substr(open + 1, text.find_first_of("\"'", open + 1) - open - 1));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

Status ToUtf8(const std::string& path, std::string& text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return Fail(Error::Invalid(
        fmt::format("{}: UTF-16, but UTF-8 is wanted: iconv -f UTF-16 -t UTF-8 {} > utf8.xes", path, path)));
  }
  const bool marked = text.starts_with("\xEF\xBB\xBF");
  if (marked) text.erase(0, 3);
  const std::string encoding = DeclaredEncoding(text);
  if (encoding.empty() || encoding == "utf-8" || encoding == "us-ascii" || marked) return {};
  std::optional<codec::TableEncoding> known;
  if (encoding == "iso-8859-1" || encoding == "latin1" || encoding == "latin-1") known = codec::TableEncoding::kLatin1;
  for (const auto windows :
       {codec::TableEncoding::kWindows1250, codec::TableEncoding::kWindows1251, codec::TableEncoding::kWindows1252}) {
    if (encoding == NameOf(windows)) known = windows;
  }
  if (!known) {
    return Fail(Error::Invalid(
        fmt::format("{}: declares the encoding '{}'; UTF-8, ISO-8859-1 and windows-1250, -1251 and -1252 are read",
                    path, encoding)));
  }
  RASTI_TRY(const TextDecoder decoder, TextDecoder::Create(*known));
  if (const size_t at = decoder.FindUndefined(text); at != std::string::npos) {
    return Fail(Error::Invalid(fmt::format("{}:{}: no XML: the byte 0x{:02X}, which is no character of {}", path,
                                           LineAt(text, at), static_cast<unsigned char>(text[at]), NameOf(*known))));
  }
  decoder.ToUtf8(text, 0);
  return {};
}

}  // namespace

Result<std::unique_ptr<XesReader>> XesReader::Open(const std::string& path) {
  RASTI_TRY(std::string text, ReadFile(path, kXesBytesMost));
  RASTI_CHECKED(ToUtf8(path, text));
  std::unique_ptr<XesReader> reader(new XesReader(path, std::move(text)));
  RASTI_CHECKED(reader->Parse());
  RASTI_CHECKED(reader->ReadHeader());
  return reader;
}

Status XesReader::Parse() {
  if (const size_t nul = text_.find('\0'); nul != std::string::npos) {
    return Fail(
        Error::Invalid(fmt::format("{}:{}: no XML: a NUL byte, which no text holds", path_, LineAt(text_, nul))));
  }
  if (const size_t at = FindNoCharacter(text_); at != std::string::npos) {
    return Fail(
        Error::Invalid(fmt::format("{}:{}: no XML: '{}' names no character", path_, LineAt(text_, at),
                                   text_.substr(at, std::min(text_.find(';', at) + 1 - at, kReferenceShownMost)))));
  }
  const auto parsed = document_.load_buffer(text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!parsed) {
    const int64_t line = LineAt(text_, static_cast<size_t>(parsed.offset));
    return Fail(Error::Invalid(fmt::format("{}:{}: no XML: {}", path_, line, parsed.description())));
  }
  DepthWalker walker;
  if (!document_.traverse(walker)) {
    return Fail(Error::Invalid(fmt::format("{}: elements nest deeper than {} levels", path_, kXesDepthMost)));
  }
  const pugi::xml_node root = document_.document_element();
  for (pugi::xml_node next = root.next_sibling(); next; next = next.next_sibling()) {
    if (next.type() != pugi::node_element) continue;
    const int64_t line = LineAt(text_, static_cast<size_t>(next.offset_debug()));
    return Fail(
        Error::Invalid(fmt::format("{}:{}: no XML: a second root element <{}>; put each log in a file of its own",
                                   path_, line, std::string_view(next.name()).substr(0, 60))));
  }
  if (std::string_view(root.name()) != "log") {
    return Fail(Error::Invalid(
        fmt::format("{}: no XES: its root is <{}>, not <log>", path_, std::string_view(root.name()).substr(0, 60))));
  }
  return {};
}

Status XesReader::ReadHeader() {
  for (const pugi::xml_node& element : document_.document_element().children()) {
    if (std::string_view(element.name()) == "global") {
      const std::string_view scope = element.attribute("scope").value();
      if (scope == "trace") RASTI_CHECKED(AddColumns(element, "case:"));
      if (scope == "event") RASTI_CHECKED(AddColumns(element, ""));
    }
    if (IsEvent(element)) RASTI_CHECKED(AddColumns(element, ""));
    if (!IsTrace(element)) continue;
    RASTI_CHECKED(AddColumns(element, "case:"));
    for (const pugi::xml_node& event : element.children("event")) RASTI_CHECKED(AddColumns(event, ""));
  }
  element_ = document_.document_element().first_child();
  return {};
}

Status XesReader::AddColumns(const pugi::xml_node& element, const std::string& prefix) {
  for (const pugi::xml_node& attribute : element.children()) {
    if (!IsValue(attribute)) continue;
    const std::string name = prefix + attribute.attribute("key").value();
    if (name == prefix || !columns_.try_emplace(name, header_.size()).second) continue;
    if (header_.size() == kXesColumnsMost) {
      return Fail(Error::Invalid(fmt::format("{}: more than {} different keys", path_, kXesColumnsMost)));
    }
    header_.push_back(name);
  }
  return {};
}

int64_t XesReader::LineOf(const pugi::xml_node& element) {
  const auto offset = std::min(static_cast<size_t>(std::max<ptrdiff_t>(element.offset_debug(), 0)), text_.size());
  if (offset > at_) {
    line_ +=
        std::count(text_.begin() + static_cast<ptrdiff_t>(at_), text_.begin() + static_cast<ptrdiff_t>(offset), '\n');
    at_ = offset;
  }
  return line_;
}

void XesReader::Fill(const pugi::xml_node& element, const std::string& prefix, TableRow& row) const {
  std::vector<bool> seen(header_.size());
  for (const pugi::xml_node& attribute : element.children()) {
    if (!IsValue(attribute) || !row.fault.empty()) continue;
    const std::string name = prefix + attribute.attribute("key").value();
    const auto found = columns_.find(name);
    if (found == columns_.end()) {
      row.fault = fmt::format("a <{}> without a key", attribute.name());
      return;
    }
    row.fields[found->second] = attribute.attribute("value").value();
    row.fault = TextFault(row.fields[found->second]);
    if (seen[found->second]) row.fault = "the key stands twice";
    if (!row.fault.empty()) row.column = name;
    seen[found->second] = true;
  }
}

TableRow XesReader::RowOf(const pugi::xml_node& element, std::string where) {
  TableRow row;
  row.line = LineOf(element);
  row.where = std::move(where);
  row.raw = PrintedOf(element);
  return row;
}

Result<std::optional<TableRow>> XesReader::Next() {
  for (; element_; element_ = element_.next_sibling()) {
    if (IsEvent(element_)) {
      TableRow row = RowOf(element_, "outside the traces");
      row.fault = "an event without a trace has no case";
      element_ = element_.next_sibling();
      return std::optional(std::move(row));
    }
    if (!IsTrace(element_)) continue;
    if (events_ == 0) {
      ++traces_;
      event_ = element_.child("event");
      if (!event_) {
        TableRow row = RowOf(element_, fmt::format("trace {}", traces_));
        row.fault = "the trace has no events, so that nothing is known to have happened";
        element_ = element_.next_sibling();
        return std::optional(std::move(row));
      }
      trace_ = TableRow();
      trace_.fields.resize(header_.size());
      Fill(element_, "case:", trace_);
    }
    if (!event_) {
      events_ = 0;
      continue;
    }
    ++events_;
    TableRow row = RowOf(event_, fmt::format("trace {}, event {}", traces_, events_));
    row.fields = trace_.fields;
    row.fault = trace_.fault;
    row.column = trace_.column;
    Fill(event_, "", row);
    event_ = event_.next_sibling("event");
    return std::optional(std::move(row));
  }
  return std::nullopt;
}

}  // namespace rasti::cli
