// Tests that spoil one place of a sound text and expect to be told where, and what would be right.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/codec/issue.h"

namespace rasti::codec {

/// `to` is put in place of `from`; then the message is expected at line and column.
struct Broken {
  const char* name;
  const char* from;
  const char* to;
  int line;
  int column;
  const char* message;
  Severity severity = Severity::kError;
};

/// The text with the first `from` in it replaced; it has to be there.
inline std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// Among the issues there is the one that is expected.
inline auto Tells(const Broken& broken) {
  using ::testing::Field;
  return ::testing::Contains(::testing::AllOf(Field(&Issue::line, broken.line), Field(&Issue::column, broken.column),
                                              Field(&Issue::severity, broken.severity),
                                              Field(&Issue::message, ::testing::HasSubstr(broken.message))));
}

}  // namespace rasti::codec
