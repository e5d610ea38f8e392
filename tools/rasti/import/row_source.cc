#include "tools/rasti/import/row_source.h"

#include <fmt/format.h>

#include "engine/core/expression/names.h"
#include "tools/rasti/import/csv_reader.h"
#include "tools/rasti/import/text_decoder.h"
#include "tools/rasti/import/xes_reader.h"

namespace rasti::cli {

std::string TextFault(std::string_view text, codec::TableEncoding encoding) {
  if (text.find('\0') != std::string_view::npos) return "a NUL byte, which no text holds";
  while (!text.empty()) {
    const size_t length = core::expression::Utf8SequenceLength(text);
    if (length == 0 && encoding != codec::TableEncoding::kUtf8) {
      return fmt::format("the byte 0x{:02X}, which is no character of {}", static_cast<unsigned char>(text.front()),
                         NameOf(encoding));
    }
    if (length == 0) {
      return "no UTF-8; say 'encoding: latin1' (or windows-1250, windows-1251, windows-1252) in the mapping if that is "
             "what the file is, or convert it with iconv";
    }
    text.remove_prefix(length);
  }
  return "";
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
