#include "tests/fuzz/input_row.h"

#include "engine/codec/stored.h"

namespace rasti::fuzz {
namespace {

constexpr uint8_t kItemTag = (1u << 3) | 2u;

}  // namespace

std::vector<std::string_view> SplitRow(std::string_view input) {
  std::vector<std::string_view> items;
  while (!input.empty()) {
    const auto item = codec::TakeLeadingField(input, kItemTag);
    items.push_back(item ? item->value : input);
    input = item ? item->rest : std::string_view();
  }
  return items;
}

std::string JoinRow(const std::vector<std::string>& items) {
  std::string row;
  for (const std::string& item : items) {
    std::string header(codec::FieldHeaderSize(item.size()), '\0');
    codec::WriteFieldHeader(kItemTag, item.size(), reinterpret_cast<uint8_t*>(header.data()));
    row += header + item;
  }
  return row;
}

}  // namespace rasti::fuzz
