// Inputs that are several things in a row: messages of protobuf, mostly. Each stands behind a tag byte and its length,
// which makes the row a message of protobuf itself (`repeated bytes item = 1`), so that any tool for those can look
// into the corpus.
//
// Pure functions; thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

namespace rasti::fuzz {

/// The items of an input. Any bytes are a row: what is not of this form at the end is one more item.
std::vector<std::string_view> SplitRow(std::string_view input);
std::string JoinRow(const std::vector<std::string>& items);

/// What the items are meant to be; a target of rows defines it, and the mutator then changes field by field what a
/// mutation of bytes would mostly break. An input may hold any bytes all the same.
const google::protobuf::Message& RowItem();

}  // namespace rasti::fuzz
