#include "tools/rasti/import/xes_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

namespace rasti::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLog = R"(<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><date key="end" value="1970-01-01T00:00:00Z"/></global>
  <global scope="event"><string key="org:resource" value="UNKNOWN"/></global>
  <string key="note" value="of the log">
    <string key="within" value="another"/>
  </string>
  <trace>
    <string key="concept:name" value="A&amp;B"><int key="deep" value="1"/></string>
    <list key="many"><values><string key="x" value="y"/></values></list>
    <event>
      <string key="concept:name" value="Begun"/>
      <date key="time:timestamp" value="2024-03-05T09:30:00+01:00"/>
    </event>
    <event><boolean key="good" value="true"/></event>
  </trace>
  <trace><date key="end" value="2024-03-06T00:00:00Z"/><event/></trace>
</log>
)";

class XesReaderTest : public ::testing::Test {
 public:
  ~XesReaderTest() override { std::filesystem::remove(path_); }

 protected:
  XesReaderTest() : path_((std::filesystem::temp_directory_path() / "rasti-xes-XXXXXX").string()) {
    const int file = ::mkstemp(path_.data());
    if (file >= 0) ::close(file);
  }
  Result<std::unique_ptr<XesReader>> Open(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return XesReader::Open(path_);
  }
  std::string Refusal(std::string_view bytes) {
    const auto reader = Open(bytes);
    EXPECT_FALSE(reader);
    return reader ? "" : reader.error().message;
  }
  std::vector<TableRow> Rows(std::string_view bytes) {
    auto reader = Open(bytes);
    EXPECT_TRUE(reader) << reader.error().message;
    std::vector<TableRow> rows;
    while (reader) {
      auto row = (*reader)->Next();
      if (!row || !*row) break;
      rows.push_back(**std::move(row));
    }
    return rows;
  }

  std::string path_;
};

TEST_F(XesReaderTest, EventsAreRowsWithWhatTheirTraceSays) {
  EXPECT_THAT((*Open(kLog))->header(),
              ElementsAre("case:end", "org:resource", "case:concept:name", "concept:name", "time:timestamp", "good"));
  const std::vector<TableRow> rows = Rows(kLog);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_THAT(rows[0].fields, ElementsAre("", "", "A&B", "Begun", "2024-03-05T09:30:00+01:00", ""));
  EXPECT_EQ(rows[0].line, 12);
  EXPECT_EQ(rows[0].where, "trace 1, event 1");
  EXPECT_THAT(rows[0].raw, HasSubstr("<event><string key=\"concept:name\" value=\"Begun\""));
  EXPECT_THAT(rows[1].fields, ElementsAre("", "", "A&B", "", "", "true"));
  EXPECT_EQ(rows[1].line, 16);
  EXPECT_THAT(rows[2].fields, ElementsAre("2024-03-06T00:00:00Z", "", "", "", "", ""));
  EXPECT_EQ(rows[2].where, "trace 2, event 1");
}

TEST_F(XesReaderTest, FaultsOfRows) {
  const std::vector<TableRow> rows = Rows(
      "<log><event><string key='a' value='1'/></event><trace><string key='n' value='1'/></trace>"
      "<trace><event><string key='a' value='1'/><string key='a' value='2'/></event>"
      "<event><string value='1'/></event><event><string key='b' value='\xE9'/></event></trace></log>");
  std::vector<std::string> told;
  for (const TableRow& row : rows) told.push_back(row.where + "|" + row.column + "|" + row.fault);
  EXPECT_THAT(told,
              ElementsAre("outside the traces||an event without a trace has no case",
                          HasSubstr("trace 1||the trace has no events"), "trace 2, event 1|a|the key stands twice",
                          "trace 2, event 2||a <string> without a key", HasSubstr("trace 2, event 3|b|no UTF-8")));
}

TEST_F(XesReaderTest, Encodings) {
  const std::string body = "<log><trace><event><string key='a' value='\xE9'/></event></trace></log>";
  EXPECT_THAT(Rows("<?xml version='1.0' encoding='ISO-8859-1'?>" + body)[0].fields, ElementsAre("\xC3\xA9"));
  EXPECT_THAT(Rows("\xEF\xBB\xBF<?xml version='1.0'?><log><trace><event/></trace></log>")[0].fault, IsEmpty());
  EXPECT_THAT(Rows("<?xml version='1.0' encoding='windows-1251'?>" + body)[0].fields, ElementsAre("\xD0\xB9"));
  EXPECT_THAT(Refusal("<?xml version='1.0' encoding='windows-1255'?>" + body), HasSubstr("'windows-1255'"));
  EXPECT_THAT(Refusal("<?xml version='1.0' encoding='Windows-1252'?>\n<log>\x81</log>"),
              HasSubstr(":2: no XML: the byte 0x81, which is no character of windows-1252"));
  EXPECT_THAT(Refusal("\xFF\xFE<"), HasSubstr("UTF-16"));
}

TEST_F(XesReaderTest, WhatIsNoLog) {
  EXPECT_THAT(Refusal(""), HasSubstr("no XML"));
  EXPECT_THAT(Refusal("case,activity\n1,2\n"), HasSubstr("no XML"));
  EXPECT_THAT(Refusal("<log>\n<trace>\n<event></trace></log>"), HasSubstr(":3: no XML"));
  EXPECT_THAT(Refusal("<logs/>"), HasSubstr("its root is <logs>, not <log>"));
  EXPECT_THAT(Refusal("<log/>\n<!-- and -->\n<log><trace><event/></trace></log>"),
              HasSubstr(":3: no XML: a second root"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  EXPECT_THAT(Refusal("<log>" + deep + "</log>"), HasSubstr("deeper than 64"));
  std::string wide;
  for (int i = 0; i < 11'000; ++i) wide += "<int key='k" + std::to_string(i) + "' value='1'/>";
  EXPECT_THAT(Refusal("<log><trace>" + wide + "</trace></log>"), HasSubstr("more than 10000 different keys"));
}

// pugixml ends a value at a NUL, and takes 2^32 + 65 for an 'A'.
TEST_F(XesReaderTest, CharactersThatAreNone) {
  const auto log = [](const std::string& value) {
    return "<log>\n<trace><event><string key='a' value='x" + value + "y'/></event></trace></log>";
  };
  EXPECT_THAT(Refusal(log(std::string(1, '\0'))), HasSubstr(":2: no XML: a NUL byte"));
  EXPECT_THAT(Refusal("<log><trace><event/></trace></log>" + std::string(1, '\0') + "<!-- -->"),
              HasSubstr("a NUL byte"));
  for (const char* none :
       {"&#0;", "&#x0;", "&#000;", "&#1114112;", "&#x110000;", "&#4294967361;", "&#18446744073709551681;"}) {
    EXPECT_THAT(Refusal(log(none)), HasSubstr(std::string(":2: no XML: '") + none + "' names no character"));
  }
  EXPECT_THAT(Rows(log("&#65;&#x10FFFF;&#;&#x;&# 0;"))[0].fields, ElementsAre("xA\U0010FFFF&#;&#x;&# 0;y"));
  EXPECT_THAT(Rows(log("&#xD800;"))[0].fault, HasSubstr("no UTF-8"));
}

TEST_F(XesReaderTest, EntitiesOfADocumentTypeAreNotResolved) {
  const std::vector<TableRow> rows = Rows(
      "<?xml version='1.0'?><!DOCTYPE log [<!ENTITY host SYSTEM '/etc/hostname'>]>"
      "<log><trace><event><string key='a' value='&host;'/></event></trace></log>");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_THAT(rows[0].fields, ElementsAre("&host;"));
}

// Whatever stands in the file: it is refused, or every row has its columns or a fault.
TEST_F(XesReaderTest, BrokenInAnyWay) {
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp): the same files in every run
  const auto below = [&](size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random); };
  int readable = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string log = kLog;
    for (size_t change = below(4) + 1; change > 0; --change) {
      const size_t at = below(log.size());
      switch (below(4)) {
        case 0: log[at] = static_cast<char>(below(256)); break;
        case 1: log.erase(at, below(20)); break;
        case 2: log.insert(at, log.substr(below(log.size()), below(60))); break;
        default: log.resize(at + 1);
      }
    }
    std::ofstream(path_, std::ios::binary) << log;
    auto reader = XesReader::Open(path_);
    if (!reader) {
      EXPECT_FALSE(reader.error().message.empty());
      continue;
    }
    ++readable;
    for (int rows = 0;; ++rows) {
      ASSERT_LT(rows, 100);
      const auto row = (*reader)->Next();
      ASSERT_TRUE(row);
      if (!*row) break;
      EXPECT_TRUE(!(*row)->fault.empty() || (*row)->fields.size() == (*reader)->header().size());
      EXPECT_GT((*row)->line, 0);
    }
  }
  EXPECT_GT(readable, 100);
}

}  // namespace
}  // namespace rasti::cli
