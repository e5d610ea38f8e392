#include "tools/rasti/import/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace rasti::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CsvReaderTest : public ::testing::Test {
 public:
  ~CsvReaderTest() override { std::filesystem::remove(path_); }

 protected:
  CsvReaderTest() : path_((std::filesystem::temp_directory_path() / "rasti-csv-XXXXXX").string()) {
    const int file = ::mkstemp(path_.data());
    if (file >= 0) ::close(file);
  }

  Result<std::unique_ptr<CsvReader>> Open(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return CsvReader::Open(path_);
  }
  std::vector<TableRow> Rows(std::string_view bytes) {
    auto reader = Open(bytes);
    EXPECT_TRUE(reader) << reader.error().message;
    std::vector<TableRow> rows;
    while (reader) {
      auto row = (*reader)->Next();
      EXPECT_TRUE(row) << row.error().message;
      if (!row || !*row) break;
      rows.push_back(**std::move(row));
    }
    return rows;
  }

  std::string path_;
};

TEST_F(CsvReaderTest, TheSameRowsInWhateverPiecesTheFileIsRead) {
  constexpr std::string_view kFile =
      "\xEF\xBB\xBF"
      "a,b\r\n1,\"x\r\n\"\"y\"\r\r\n2,\xC3\xA9\r3,\"open\n4,z\n\n5,\"a\" b\n6,\xFF\n7,\r\n";
  const std::vector<TableRow> whole = Rows(kFile);
  ASSERT_EQ(whole.size(), 7u);
  for (size_t chunk_bytes = 1; chunk_bytes < kFile.size(); ++chunk_bytes) {
    auto reader = CsvReader::Open(path_, codec::TableEncoding::kUtf8, chunk_bytes);
    ASSERT_TRUE(reader);
    for (const TableRow& row : whole) {
      const auto read = (*reader)->Next();
      ASSERT_TRUE(read.has_value() && read->has_value());
      EXPECT_EQ((*read)->line, row.line) << chunk_bytes;
      EXPECT_EQ((*read)->fields, row.fields) << chunk_bytes;
      EXPECT_EQ((*read)->raw, row.raw) << chunk_bytes;
      EXPECT_EQ((*read)->fault, row.fault) << chunk_bytes;
    }
    const auto end = (*reader)->Next();
    ASSERT_TRUE(end.has_value());
    EXPECT_FALSE(end->has_value());
  }
}

TEST_F(CsvReaderTest, Latin1WhereItIsSaidToBe) {
  std::ofstream(path_, std::ios::binary) << "id,na\xEFve\n1,caf\xE9\n2," << std::string(300'000 / 2, '\xE9')
                                         << "\n3,x\n";
  auto reader = CsvReader::Open(path_, codec::TableEncoding::kLatin1);
  ASSERT_TRUE(reader);
  EXPECT_THAT((*reader)->header(), ElementsAre("id", "na\xC3\xAFve"));
  EXPECT_THAT((*(*reader)->Next())->fields, ElementsAre("1", "caf\xC3\xA9"));
  EXPECT_THAT((*(*reader)->Next())->fault, HasSubstr("longer than"));
  EXPECT_THAT((*(*reader)->Next())->fields, ElementsAre("3", "x"));

  std::ofstream(path_, std::ios::binary) << "\xEF\xBB\xBFid\n1\n";
  const auto marked = CsvReader::Open(path_, codec::TableEncoding::kLatin1);
  ASSERT_FALSE(marked);
  EXPECT_THAT(marked.error().message, HasSubstr("the mark of UTF-8"));
}

TEST_F(CsvReaderTest, AByteThatIsNoCharacterCostsItsRow) {
  std::ofstream(path_, std::ios::binary) << "id;Mesto\n1;Lipl\xE8"
                                            "ani\n2;\x81koza\n3;\x8Atrpce\n";
  for (const size_t chunk_bytes : {size_t{1}, size_t{5}, kCsvChunkBytes}) {
    auto reader = CsvReader::Open(path_, codec::TableEncoding::kWindows1250, chunk_bytes);
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ((*reader)->delimiter().character, ';');
    EXPECT_THAT((*(*reader)->Next())->fields, ElementsAre("1", "Liplčani"));
    const auto bad = *(*reader)->Next();
    EXPECT_EQ(bad->line, 3);
    EXPECT_EQ(bad->column, "Mesto");
    EXPECT_EQ(bad->fault, "the byte 0x81, which is no character of windows-1250");
    EXPECT_THAT((*(*reader)->Next())->fields, ElementsAre("3", "Štrpce"));
  }
}

TEST_F(CsvReaderTest, Latin1ThatIsTakenForUtf8IsToldWithTheRemedy) {
  const auto rows = Rows("id,name\n1,caf\xE9\n2,x\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].column, "name");
  EXPECT_THAT(rows[0].fault, HasSubstr("'encoding: latin1'"));
  EXPECT_THAT(rows[1].fault, IsEmpty());
}

TEST_F(CsvReaderTest, AMillionColumnsAreNoTable) {
  std::string header = "c0";
  for (int i = 1; i < 1'000'000; ++i) header += ",c" + std::to_string(i);
  const auto reader = Open(header + "\n");
  ASSERT_FALSE(reader);
  EXPECT_THAT(reader.error().message, HasSubstr(":1: longer than 262144 bytes"));
}

TEST_F(CsvReaderTest, ByteOrderMarkAndWindowsLineEnds) {
  auto reader = Open("\xEF\xBB\xBFid,name\r\n1,Arta\r\n\r\n2,\"a \"\"b\"\"\"\r\n");
  ASSERT_TRUE(reader);
  EXPECT_THAT((*reader)->header(), ElementsAre("id", "name"));
  const auto first = (*reader)->Next();
  EXPECT_EQ((*first)->line, 2);
  EXPECT_EQ((*first)->raw, "1,Arta");
  const auto second = (*reader)->Next();
  EXPECT_EQ((*second)->line, 4) << "empty lines count, but are no rows";
  EXPECT_THAT((*second)->fields, ElementsAre("2", "a \"b\""));
  EXPECT_FALSE((*reader)->Next()->has_value());
  EXPECT_EQ((*reader)->bytes_read(), (*reader)->bytes_total());
}

TEST_F(CsvReaderTest, QuotedLinesAndNoLineEndAtTheEnd) {
  const auto rows = Rows("id,text\n1,\"two\nlines, one field\"\n2,last");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].line, 2);
  EXPECT_EQ(rows[0].fields[1], "two\nlines, one field");
  EXPECT_EQ(rows[0].raw, "1,\"two\nlines, one field\"");
  EXPECT_EQ(rows[1].line, 4);
  EXPECT_EQ(rows[1].fields[1], "last");
}

TEST_F(CsvReaderTest, OldMacintoshLineEnds) {
  const auto rows = Rows("a,b\r1,2\r3,4");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_THAT(rows[1].fields, ElementsAre("3", "4"));
}

TEST_F(CsvReaderTest, ShortAndLongRows) {
  const auto rows = Rows("a,b,c\n1,2\n1,2,3,4\n1,2,3\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].fault, "2 fields, but the first line names 3 columns");
  EXPECT_EQ(rows[0].column, "c");
  EXPECT_EQ(rows[1].fault, "4 fields, but the first line names 3 columns");
  EXPECT_THAT(rows[2].fault, IsEmpty());
}

TEST_F(CsvReaderTest, NulAndBytesThatAreNoUtf8) {
  using namespace std::string_view_literals;
  const auto rows = Rows("a,b\n1,x\0y\n2,\xC4\n3,\xC4\x8D\n"sv);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fault, HasSubstr("NUL"));
  EXPECT_EQ(rows[0].column, "b");
  EXPECT_EQ(rows[0].line, 2);
  EXPECT_THAT(rows[1].fault, HasSubstr("UTF-8"));
  EXPECT_THAT(rows[2].fault, IsEmpty());
}

TEST_F(CsvReaderTest, AQuoteThatIsNeverClosedCostsOneRow) {
  const auto rows = Rows("a,b\n1,\"open\n2,x\n3,\"y\"\n4,z\n");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows[0].fault, HasSubstr("quote"));
  EXPECT_EQ(rows[0].line, 2);
  EXPECT_EQ(rows[0].raw, "1,\"open");
  EXPECT_THAT(rows[1].fields, ElementsAre("2", "x"));
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_THAT(rows[2].fields, ElementsAre("3", "y"));
  EXPECT_THAT(rows[3].fields, ElementsAre("4", "z"));
}

TEST_F(CsvReaderTest, AQuoteOpenAtTheEnd) {
  const auto rows = Rows("a,b\n1,\"open\n2,x");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].fault, "the quote is not closed before the end of the file");
  EXPECT_THAT(rows[1].fields, ElementsAre("2", "x"));
  EXPECT_EQ(rows[1].line, 3);
}

TEST_F(CsvReaderTest, QuotesOutOfPlace) {
  const auto rows = Rows("a,b\n1,5\" pipe\n2,\"x\"y\n3,z\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fault, HasSubstr("double the quotes"));
  EXPECT_THAT(rows[1].fault, HasSubstr("double the quotes"));
  EXPECT_THAT(rows[2].fault, IsEmpty());
  EXPECT_EQ(rows[2].line, 4);
}

TEST_F(CsvReaderTest, QuotesThatJoinRowsAreTakenApart) {
  // Read as one row of three fields, which the header does not have.
  const auto rows = Rows("a,b\n1,\"x\n2\",3,4\n5,6\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fault, HasSubstr("closed in another row"));
  EXPECT_THAT(rows[1].fault, HasSubstr("quote"));
  EXPECT_THAT(rows[2].fields, ElementsAre("5", "6"));
}

TEST_F(CsvReaderTest, WhatIsTooLongIsNoRow) {
  const std::string text = "a,b\n1," + std::string(3 * kCsvRowBytesMost, 'x') + "\n2,y\n3,\"" +
                           std::string(kCsvRowBytesMost, 'z') + "\n4,w\n";
  const auto rows = Rows(text);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows[0].fault, HasSubstr("longer than"));
  EXPECT_LE(rows[0].raw.size(), kCsvRowBytesMost + 1);
  EXPECT_THAT(rows[1].fields, ElementsAre("2", "y"));
  EXPECT_THAT(rows[2].fault, HasSubstr("longer than"));
  EXPECT_THAT(rows[3].fields, ElementsAre("4", "w"));
  EXPECT_EQ(rows[3].line, 5);
}

TEST_F(CsvReaderTest, WhatStandsBetweenTheFieldsIsToldByTheFirstLine) {
  struct Sample {
    const char* header;
    char delimiter;
    std::vector<std::string> columns;
  };
  for (const Sample& sample : std::vector<Sample>{{"a;b;c", ';', {"a", "b", "c"}},
                                                  {"a\tb\tc", '\t', {"a", "b", "c"}},
                                                  {"a|b", '|', {"a", "b"}},
                                                  {"a;b,c;d", ',', {"a;b", "c;d"}},
                                                  {"\"a,b\";c", ';', {"a,b", "c"}},
                                                  {"\"a;b\"|c", '|', {"a;b", "c"}},
                                                  {"a|b;c;d", ';', {"a|b", "c", "d"}},
                                                  {"alone \t", ',', {"alone"}}}) {
    for (const char* before : {"", "\xEF\xBB\xBF", "\r\n \r\n"}) {
      auto reader = Open(std::string(before) + sample.header + "\r\n");
      ASSERT_TRUE(reader) << sample.header << reader.error().message;
      EXPECT_EQ((*reader)->delimiter().character, sample.delimiter) << sample.header;
      EXPECT_EQ((*reader)->delimiter().is_guess, sample.delimiter != ',') << sample.header;
      EXPECT_EQ((*reader)->header(), sample.columns);
      EXPECT_EQ((*reader)->bytes_read(), (*reader)->bytes_total());
    }
  }
}

TEST_F(CsvReaderTest, RowsBetweenOtherDelimiters) {
  const auto semicolons = Rows("a;b;c\n1;\"x;\n\"\"y\"\"\";2,5\n;;\n3;4\n");
  ASSERT_EQ(semicolons.size(), 3U);
  EXPECT_THAT(semicolons[0].fields, ElementsAre("1", "x;\n\"y\"", "2,5"));
  EXPECT_EQ(semicolons[1].line, 4);
  EXPECT_THAT(semicolons[1].fields, ElementsAre("", "", ""));
  EXPECT_EQ(semicolons[2].fault, "2 fields, but the first line names 3 columns");

  // Between tabs there are empty fields; blanks at the ends of a field are none of it, as elsewhere.
  const auto tabs = Rows("a\tb\tc\n\t\t\n1\t\t 3 \n \n\t\"x\ty\"\tz\n");
  ASSERT_EQ(tabs.size(), 3U);
  EXPECT_THAT(tabs[0].fields, ElementsAre("", "", ""));
  EXPECT_THAT(tabs[1].fields, ElementsAre("1", "", "3"));
  EXPECT_EQ(tabs[2].line, 5);
  EXPECT_THAT(tabs[2].fields, ElementsAre("", "x\ty", "z"));
}

TEST_F(CsvReaderTest, ADelimiterThatIsSaidHolds) {
  std::ofstream(path_, std::ios::binary) << "a,b;c\n1,5;2\n";
  auto reader = CsvReader::Open(path_, codec::TableEncoding::kUtf8, kCsvChunkBytes, ';');
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_FALSE((*reader)->delimiter().is_guess);
  EXPECT_THAT((*reader)->header(), ElementsAre("a,b", "c"));
  EXPECT_THAT((*(*reader)->Next())->fields, ElementsAre("1,5", "2"));
}

TEST_F(CsvReaderTest, AFirstLineMayNameTheDelimiter) {
  for (const char* first : {"sep=;\n", "SEP=;\r\n", "\xEF\xBB\xBFsep=;\n", "\nsep=;\n"}) {
    for (const auto& said : {std::optional<char>(), std::optional(';')}) {
      std::ofstream(path_, std::ios::binary) << first << "a,b;c\n1,5;2\n";
      auto reader = CsvReader::Open(path_, codec::TableEncoding::kUtf8, kCsvChunkBytes, said);
      ASSERT_TRUE(reader) << reader.error().message;
      EXPECT_FALSE((*reader)->delimiter().is_guess);
      EXPECT_THAT((*reader)->header(), ElementsAre("a,b", "c"));
      const auto row = *(*reader)->Next();
      EXPECT_THAT(row->fields, ElementsAre("1,5", "2"));
      EXPECT_EQ(row->line, *first == '\n' ? 4 : 3) << first;
    }
  }
  EXPECT_THAT(Rows("sep=\t\na\tb\n1\t2\n")[0].fields, ElementsAre("1", "2"));
  // A column of that name is none of these.
  EXPECT_THAT((*Open("sep=x\n1\n"))->header(), ElementsAre("sep=x"));
  EXPECT_THAT((*Open("sep=;b\n1;2\n"))->header(), ElementsAre("sep=", "b"));
  std::ofstream(path_, std::ios::binary) << "sep=;\na;b\n";
  EXPECT_THAT(CsvReader::Open(path_, codec::TableEncoding::kUtf8, kCsvChunkBytes, ',').error().message,
              AllOf(HasSubstr(":1: "), HasSubstr("the mapping")));
}

TEST_F(CsvReaderTest, OnlyAHeader) { EXPECT_THAT(Rows("a,b\n"), IsEmpty()); }

TEST_F(CsvReaderTest, WhatIsNoTable) {
  EXPECT_THAT(Open("").error().message, HasSubstr("name the columns"));
  EXPECT_THAT(Open("\n\n").error().message, HasSubstr("name the columns"));
  EXPECT_THAT(Open("\xFF\xFE"
                   "a")
                  .error()
                  .message,
              HasSubstr("iconv -f UTF-16"));
  EXPECT_THAT(Open("a,\"b\n").error().message, HasSubstr(":1: the quote is not closed"));
  EXPECT_EQ(CsvReader::Open(path_ + ".not-there").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(CsvReader::Open(std::filesystem::temp_directory_path().string()).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace rasti::cli
