// A CSV file (RFC 4180) row by row, however large: for tables from other systems, of which some rows may be broken.
// What stands between the fields may be another character than the comma.
//
// A row that cannot be read is answered with the reason, and reading goes on at the next line: a quote that is never
// closed costs its own line, not the rest of the file. Owned by one thread.
#pragma once

#include <csv.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/import_mapping.h"
#include "tools/rasti/import/row_source.h"
#include "tools/rasti/import/text_decoder.h"

namespace rasti::cli {

/// The longest row, in bytes. What is longer is no row of a table.
inline constexpr size_t kCsvRowBytesMost = size_t{256} << 10;
/// Read at once.
inline constexpr size_t kCsvChunkBytes = size_t{256} << 10;

class CsvReader final : public RowSource {
 public:
  /// Reads the header too. Errors: kNotFound, kPermission, kIo; kInvalidArgument (empty, no header, UTF-16; a byte
  /// order mark of UTF-8 in a file that is said to be something else). `chunk_bytes` are read at once, at least 1; the
  /// rows are the same whatever it is. Without a `delimiter` it is the comma; where the first line has none outside of
  /// quotes, that of ';', tab and '|' which it has most often.
  static Result<std::unique_ptr<CsvReader>> Open(const std::string& path,
                                                 codec::TableEncoding encoding = codec::TableEncoding::kUtf8,
                                                 size_t chunk_bytes = kCsvChunkBytes,
                                                 std::optional<char> delimiter = std::nullopt);
  ~CsvReader() override;
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  const std::string& path() const override { return path_; }
  const std::vector<std::string>& header() const override { return header_; }
  /// The next row, or nothing at the end. Empty lines are left out. A row whose `fault` is empty has as many fields as
  /// the header, in UTF-8, without NUL. Errors: kIo; kInvalidArgument (what can only be no CSV file).
  Result<std::optional<TableRow>> Next() override;

  Delimiter delimiter() const override { return delimiter_; }
  int64_t bytes_read() const override { return bytes_read_; }
  int64_t bytes_total() const override { return bytes_total_; }

 private:
  struct Line {
    std::string text;  // with its end
    bool cut = false;  // longer than a row may be: what is beyond was left out
  };

  CsvReader(std::string path, int file, codec::TableEncoding encoding, size_t chunk_bytes)
      : path_(std::move(path)), file_(file), encoding_(encoding), chunk_bytes_(chunk_bytes) {}
  /// Reads what is there into the buffer; at the end of the file sets at_end_.
  Status Fill();
  Status SkipByteOrderMark();
  /// By the mapping, by a first line "sep=;" as spreadsheets write it, or by a look at the first line that is not
  /// blank, which is read again then; those before it are left out. Errors: kInvalidArgument (the first two differ).
  Status FindDelimiter(std::optional<char> said);
  Result<std::optional<Line>> ReadLine();
  /// Takes the next line in. False at the end of the file.
  Result<bool> Feed();
  /// Answers the first line of the record at hand with a fault and goes on behind it.
  Status GiveUp(std::string fault);
  void Reset();
  void Check(TableRow& row) const;
  static void OnField(void* text, size_t size, void* self);
  static void OnRow(int end, void* self);

  const std::string path_;
  const int file_;
  const codec::TableEncoding encoding_;
  const size_t chunk_bytes_;
  std::optional<TextDecoder> decoder_;  // none: the file is in UTF-8
  Delimiter delimiter_;
  bool at_end_ = false;
  csv_parser parser_{};
  bool parser_open_ = false;
  std::vector<std::string> header_;
  bool header_read_ = false;
  bool marks_looked_for_ = false;  // at the beginning of the file

  std::string buffer_;  // read and not yet handed out, from buffer_at_ on
  size_t buffer_at_ = 0;
  std::deque<Line> again_;   // lines to be read once more, before what is in the file
  std::deque<Line> record_;  // the lines of the record at hand
  size_t record_bytes_ = 0;
  int64_t record_line_ = 1;  // where it begins
  std::vector<std::string> fields_;
  bool row_ended_ = false;
  std::deque<TableRow> ready_;
  size_t read_again_ = 0;  // bytes
  int64_t bytes_read_ = 0;
  int64_t bytes_total_ = 0;
};

}  // namespace rasti::cli
