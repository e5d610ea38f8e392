#include "tools/rasti/import/row_source.h"

#include "engine/core/expression/names.h"
#include "tools/rasti/import/csv_reader.h"
#include "tools/rasti/import/xes_reader.h"

namespace rasti::cli {

std::string TextFault(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "a NUL byte, which no text holds";
  while (!text.empty()) {
    const size_t length = core::expression::Utf8SequenceLength(text);
    if (length == 0) {
      return "no UTF-8; say 'encoding: latin1' in the mapping if that is what the file is, or convert it with iconv";
    }
    text.remove_prefix(length);
  }
  return "";
}

void Latin1ToUtf8(std::string& text, size_t from) {
  const std::string latin1 = text.substr(from);
  text.resize(from);
  for (const char c : latin1) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0U | (byte >> 6U));
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
}

std::string DelimiterText(char delimiter) {
  return delimiter == '\t' ? "tab" : "\"" + std::string(1, delimiter) + "\"";
}

Result<std::unique_ptr<RowSource>> OpenRows(const std::string& path, const codec::ImportMapping& mapping) {
  if (path.ends_with(".xes") || path.ends_with(".XES")) {
    RASTI_TRY(auto reader, XesReader::Open(path));
    return std::unique_ptr<RowSource>(std::move(reader));
  }
  RASTI_TRY(auto reader, CsvReader::Open(path, mapping.encoding, kCsvChunkBytes, mapping.delimiter));
  return std::unique_ptr<RowSource>(std::move(reader));
}

}  // namespace rasti::cli
