#include "engine/codec/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/codec/convert_command.h"
#include "engine/codec/convert_event.h"
#include "engine/codec/convert_state.h"

namespace rasti::codec {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

// Deeper JSON within a field is shown as text, so that nothing that reads the output is led into endless recursion.
constexpr int kEmbeddedDepthMost = 64;

// Texts that hold JSON by the contract are shown as what they hold.
bool HoldsJson(std::string_view field) { return field == "form" || field == "fields" || field == "form_patch"; }

Json Embedded(const std::string& text) {
  if (text.empty()) return nullptr;
  bool too_deep = false;
  Json value = Json::parse(
      text,
      [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kEmbeddedDepthMost;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (too_deep || value.is_discarded()) return text;
  return value;
}

// "working_days" of COUNT_WORKING_DAYS. What all names of an enum begin with is told by its zero, ..._UNSPECIFIED.
std::string EnumText(const google::protobuf::EnumValueDescriptor& value) {
  const std::string& zero = value.type()->FindValueByNumber(0)->name();
  std::string text = value.name().substr(zero.size() - std::string_view("UNSPECIFIED").size());
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string Name(const FieldDescriptor& field) {
  std::string name = field.name();
  if (name.ends_with("_ms")) name.resize(name.size() - std::string_view("_ms").size());
  return name;
}

Json Number(const FieldDescriptor& field, int64_t value) {
  if (field.name().ends_with("_at_ms")) return FormatInstant(InstantFromUnixMillis(value));
  if (field.name().ends_with("_ms")) return FormatDuration(Duration(value));
  return value;
}

Json Text(const FieldDescriptor& field, const std::string& value) {
  if (field.type() != FieldDescriptor::TYPE_BYTES) return HoldsJson(field.name()) ? Embedded(value) : Json(value);
  // Every field of bytes that is shown is a case id or a hash.
  const auto uuid = UuidFromBytes(value);
  return uuid ? FormatUuid(*uuid) : ToHex(value);
}

class Writer {
 public:
  explicit Writer(JsonOptions options) : options_(options) {}

  Json Object(const Message& message) const {
    if (message.GetDescriptor() == v1::Field::descriptor()) return Personal(static_cast<const v1::Field&>(message));
    Json object = Json::object();
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) continue;
      object[Name(field)] = field.is_repeated() ? List(message, field) : One(message, field);
    }
    return object;
  }

  /// The message in whichever field of the oneof `payload` is set.
  Json Payload(const Message& message) const {
    const auto* oneof = message.GetDescriptor()->FindOneofByName("payload");
    const FieldDescriptor* set = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
    return Object(message.GetReflection()->GetMessage(message, set));
  }

 private:
  Json One(const Message& message, const FieldDescriptor& field) const {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: return Text(field, reflection.GetString(message, &field));
      case FieldDescriptor::CPPTYPE_INT64: return Number(field, reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_INT32: return reflection.GetInt32(message, &field);
      case FieldDescriptor::CPPTYPE_BOOL: return reflection.GetBool(message, &field);
      case FieldDescriptor::CPPTYPE_ENUM: return EnumText(*reflection.GetEnum(message, &field));
      case FieldDescriptor::CPPTYPE_MESSAGE: return Object(reflection.GetMessage(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE: break;
    }
    RASTI_CHECK(false, "a message that is shown has a field of a type that none had before");
  }

  Json List(const Message& message, const FieldDescriptor& field) const {
    const Reflection& reflection = *message.GetReflection();
    Json list = Json::array();
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        list.push_back(Object(reflection.GetRepeatedMessage(message, &field, i)));
      } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
        list.push_back(Number(field, reflection.GetRepeatedInt64(message, &field, i)));
      } else {
        list.push_back(Text(field, reflection.GetRepeatedString(message, &field, i)));
      }
    }
    return list;
  }

  Json Personal(const v1::Field& field) const {
    Json object = Json::object();
    object["origin_case"] = UuidFromBytes(field.origin_case()).map(FormatUuid).value_or("");
    object["path"] = field.path();
    object["subject"] = field.subject();
    object["key_id"] = field.key_id();
    if (!options_.show_personal) {
      object["value"] = "<personal>";
    } else if (field.has_sealed()) {
      object["value"] = "<sealed>";
    } else {
      object["value"] = Embedded(field.value());
    }
    return object;
  }

  JsonOptions options_;
};

}  // namespace

nlohmann::ordered_json ToJson(const core::Event& event, JsonOptions options) {
  const Writer writer(options);
  v1::EventContext context;
  ToWire(event.ctx(), context);
  v1::Event message;
  ToWire(event.payload, message);

  Json object = Json::object();
  object["id"] = core::EventId(event.ctx().case_id, event.revision);
  object["type"] = core::EventTypeName(event.payload);
  object.update(writer.Object(context));
  object["revision"] = event.revision.value;
  object["sequence"] = event.sequence.value;
  object["prev_hash"] = ToHex(AsBytes(event.prev_hash));
  object["data"] = writer.Payload(message);
  return object;
}

nlohmann::ordered_json ToJson(const core::CaseState& state, JsonOptions options) {
  v1::CaseState message;
  ToWire(state, message);
  return Writer(options).Object(message);
}

nlohmann::ordered_json ToJson(const core::Command& command, JsonOptions options) {
  const Writer writer(options);
  v1::Command message;
  ToWire(command, message);
  Json object = Json::object();
  object["type"] = core::CommandTypeName(command.payload);
  Json data = writer.Payload(message);
  message.clear_payload();
  object.update(writer.Object(message));
  object["data"] = std::move(data);
  return object;
}

nlohmann::ordered_json ToJson(const core::Rejection& rejection) {
  Json object = Json::object();
  object["code"] = core::RejectionCodeName(rejection.code);
  object["field"] = rejection.field;
  object["message"] = rejection.message;
  return object;
}

}  // namespace rasti::codec
