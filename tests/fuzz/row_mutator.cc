// How libFuzzer changes an input that is a row of messages: items are added, doubled, dropped and moved, and fields of
// one are set, cleared and changed, so that what comes out can mostly be read. Bytes are changed as they are, too.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include "engine/codec/parse.h"
#include "engine/core/expression/names.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_row.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned int seed);

namespace rasti::fuzz {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kDepthMost = 8;
constexpr size_t kTextMost = 4096;

class Mutator {
 public:
  explicit Mutator(unsigned int seed) : random_(seed) {}

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool Sometimes(size_t one_in) { return Below(one_in) == 0; }

  std::string Bytes(std::string bytes) {
    const size_t size = bytes.size();
    bytes.resize(std::max<size_t>(size * 2, 16));
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(bytes.data()), size, std::min(bytes.size(), kTextMost)));
    return bytes;
  }

  // Protobuf refuses strings that are not UTF-8, so that most changes of bytes would only show that again and again.
  std::string Text(const std::string& text) {
    std::string changed = Bytes(text);
    if (Sometimes(64)) return changed;
    std::string valid;
    for (std::string_view rest = changed; !rest.empty();) {
      const size_t length = core::expression::Utf8SequenceLength(rest);
      valid += length == 0 ? "?" : rest.substr(0, length);
      rest.remove_prefix(std::max<size_t>(1, length));
    }
    return valid;
  }

  int64_t Number(int64_t number) {
    constexpr std::array<int64_t, 12> kEdges = {0,
                                                1,
                                                -1,
                                                2,
                                                1'000,
                                                86'400'000,
                                                1'709'539'200'000,    // March 2024
                                                253'402'300'799'999,  // the last instant
                                                -62'135'596'800'000,  // the first one
                                                std::numeric_limits<int32_t>::max(),
                                                std::numeric_limits<int64_t>::max(),
                                                std::numeric_limits<int64_t>::min()};
    const auto bits = static_cast<uint64_t>(number);
    switch (Below(5)) {
      case 0: return kEdges[Below(kEdges.size())];
      case 1: return static_cast<int64_t>(bits + Below(3) - 1);
      case 2: return static_cast<int64_t>(bits ^ (uint64_t{1} << Below(64)));
      case 3: return static_cast<int64_t>(bits + Below(200'000'000'000) - 100'000'000'000);
      default: return static_cast<int64_t>(random_() >> Below(64));
    }
  }

  void Change(Message& message, int depth = 0) {
    const Descriptor& type = *message.GetDescriptor();
    if (type.field_count() == 0) return;
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> set;
    reflection.ListFields(message, &set);
    // Mostly what is there; what is not there yet comes in now and then.
    const bool old = !set.empty() && !Sometimes(4);
    const FieldDescriptor& field =
        old ? *set[Below(set.size())] : *type.field(static_cast<int>(Below(type.field_count())));
    if (field.is_repeated()) return ChangeRepeated(message, field, depth);
    if (Sometimes(10)) return reflection.ClearField(&message, &field);
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth < kDepthMost) Change(*reflection.MutableMessage(&message, &field), depth + 1);
        return;
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string now = reflection.GetString(message, &field);
        return reflection.SetString(&message, &field, TextOrBytes(field, now));
      }
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection.SetInt64(&message, &field, Number(reflection.GetInt64(message, &field)));
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection.SetUInt64(
            &message, &field,
            static_cast<uint64_t>(Number(static_cast<int64_t>(reflection.GetUInt64(message, &field)))));
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection.SetInt32(&message, &field,
                                   static_cast<int32_t>(Number(reflection.GetInt32(message, &field))));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.SetUInt32(&message, &field,
                                    static_cast<uint32_t>(Number(reflection.GetUInt32(message, &field))));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.SetBool(&message, &field, !reflection.GetBool(message, &field));
      case FieldDescriptor::CPPTYPE_ENUM: return reflection.SetEnumValue(&message, &field, AnyValue(field));
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE: return;
    }
  }

 private:
  std::string TextOrBytes(const FieldDescriptor& field, const std::string& now) {
    return field.type() == FieldDescriptor::TYPE_BYTES ? Bytes(now) : Text(now);
  }

  int AnyValue(const FieldDescriptor& field) {
    const auto& type = *field.enum_type();
    if (Sometimes(16)) return static_cast<int>(Below(200));
    return type.value(static_cast<int>(Below(static_cast<size_t>(type.value_count()))))->number();
  }

  void ChangeRepeated(Message& message, const FieldDescriptor& field, int depth) {
    const Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    if (size > 0 && Sometimes(6)) return reflection.RemoveLast(&message, &field);
    if (size > 1 && Sometimes(6)) {
      return reflection.SwapElements(&message, &field, static_cast<int>(Below(static_cast<size_t>(size))), size - 1);
    }
    const bool add = size == 0 || Sometimes(4);
    const int at = static_cast<int>(Below(static_cast<size_t>(std::max(size, 1))));
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message& item =
            add ? *reflection.AddMessage(&message, &field) : *reflection.MutableRepeatedMessage(&message, &field, at);
        if (add && size > 0) item.CopyFrom(reflection.GetRepeatedMessage(message, &field, at));
        if (depth < kDepthMost) Change(item, depth + 1);
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING:
        if (add) return reflection.AddString(&message, &field, TextOrBytes(field, ""));
        return reflection.SetRepeatedString(&message, &field, at,
                                            TextOrBytes(field, reflection.GetRepeatedString(message, &field, at)));
      case FieldDescriptor::CPPTYPE_INT64:
        if (add) return reflection.AddInt64(&message, &field, Number(0));
        return reflection.SetRepeatedInt64(&message, &field, at,
                                           Number(reflection.GetRepeatedInt64(message, &field, at)));
      case FieldDescriptor::CPPTYPE_INT32:
        if (add) return reflection.AddInt32(&message, &field, static_cast<int32_t>(Number(0)));
        return reflection.SetRepeatedInt32(&message, &field, at, static_cast<int32_t>(Number(1)));
      case FieldDescriptor::CPPTYPE_BOOL: return reflection.AddBool(&message, &field, Sometimes(2));
      case FieldDescriptor::CPPTYPE_ENUM: return reflection.AddEnumValue(&message, &field, AnyValue(field));
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE: return;
    }
  }

  std::mt19937_64 random_;
};

void ChangeItem(std::string& item, Mutator& mutator) {
  const std::unique_ptr<Message> message(RowItem().New());
  if (mutator.Sometimes(16) || !codec::Parse(*message, item)) {
    item = mutator.Bytes(item);
    return;
  }
  do mutator.Change(*message);
  while (mutator.Sometimes(3));
  item = message->SerializeAsString();
}

void ChangeRow(std::vector<std::string>& items, Mutator& mutator) {
  const auto any = [&] { return items.begin() + static_cast<std::ptrdiff_t>(mutator.Below(items.size())); };
  if (items.empty() || mutator.Sometimes(20)) {
    items.emplace_back();
    return ChangeItem(items.back(), mutator);
  }
  switch (mutator.Below(12)) {
    case 0: items.insert(any(), *any()); return;
    case 1:
      if (items.size() > 1) items.erase(any());
      return;
    case 2: std::iter_swap(any(), any()); return;
    default: return ChangeItem(*any(), mutator);
  }
}

}  // namespace
}  // namespace rasti::fuzz

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned int seed) {
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  Mutator mutator(seed);
  if (mutator.Sometimes(32)) return LLVMFuzzerMutate(data, size, most);
  std::vector<std::string> items;
  for (const std::string_view item : SplitRow(AsText(data, size))) items.emplace_back(item);
  ChangeRow(items, mutator);
  const std::string row = JoinRow(items);
  if (row.empty() || row.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(row.begin(), row.end(), data);
  return row.size();
}
