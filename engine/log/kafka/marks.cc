#include "engine/log/kafka/marks.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/uuid.h"
#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"

namespace rasti::log::kafka {
namespace {

// Whoever waits for more than these has forgotten the first of them.
constexpr size_t kMarksMost = 8;
constexpr std::array kInputs{ports::Input::kCommands, ports::Input::kFollowUps};

size_t IndexOf(ports::Input input) { return input == ports::Input::kCommands ? 0 : 1; }

// What a delivery report brings back: the mark's number, and never a null pointer.
void* OpaqueOf(int64_t number) { return reinterpret_cast<void*>(number + 1); }                                 // NOLINT
int64_t NumberOf(const void* opaque) { return static_cast<int64_t>(reinterpret_cast<intptr_t>(opaque)) - 1; }  // NOLINT

bool IsLasting(const Error& error) {
  return error.code == ErrorCode::kPermission || error.code == ErrorCode::kInvalidArgument;
}

}  // namespace

Marks::Marks(std::shared_ptr<LogCore> core) : core_(std::move(core)), stream_(FormatUuid(NewUuidV7())) {}

Result<std::unique_ptr<Marks>> Marks::Open(std::shared_ptr<LogCore> core) {
  std::unique_ptr<Marks> marks(new Marks(std::move(core)));
  RASTI_TRY(marks->writer_, MakeMarkWriter(marks->core_->options(), &OnDelivery, marks.get()));
  return marks;
}

const std::string& Marks::TopicOf(ports::Input input) const {
  return input == ports::Input::kCommands ? core_->names().commands : core_->names().follow_ups;
}

Result<int64_t> Marks::Set(core::PartitionId partition) {
  rd_kafka_poll(writer_.get(), 0);
  const int64_t number = next_++;
  auto& marks = marks_[partition];
  marks.try_emplace(number);
  if (marks.size() > kMarksMost) marks.erase(marks.begin());
  for (const ports::Input input : kInputs) RASTI_CHECKED(Write(partition, input, number));
  return number;
}

Status Marks::Write(core::PartitionId partition, ports::Input input, int64_t number) {
  const Headers headers{{kMarkHeader, fmt::format("{}/{}", stream_, number)}};
  const auto error = Produce(writer_.get(), {TopicOf(input), partition.value, {}, {}, headers}, OpaqueOf(number));
  return ToStatus(error, fmt::format("setting a mark in {}-{}", TopicOf(input), partition.value));
}

void Marks::OnDelivery(rd_kafka_t* client, const rd_kafka_message_t* message, void* marks) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    NoteAnswerInCallback(client);
    return;
  }
  auto& self = OwnerOf<Marks>(marks);
  const bool is_command = self.core_->names().commands == rd_kafka_topic_name(message->rkt);
  Side* side = self.FindSide({message->partition}, is_command ? ports::Input::kCommands : ports::Input::kFollowUps,
                             NumberOf(message->_private));
  if (side != nullptr) side->failed = message->err;
}

Marks::Side* Marks::FindSide(core::PartitionId partition, ports::Input input, int64_t number) {
  const auto marks = marks_.find(partition);
  if (marks == marks_.end()) return nullptr;
  const auto mark = marks->second.find(number);
  return mark == marks->second.end() ? nullptr : &mark->second[IndexOf(input)];
}

bool Marks::IsMark(const rd_kafka_message_t& message) {
  return message.len == 0 && message.key_len == 0 && HeaderOf(message, kMarkHeader).has_value();
}

bool Marks::Read(const rd_kafka_message_t& message, ports::Input input) {
  const auto header = HeaderOf(message, kMarkHeader);
  if (!header || !header->starts_with(stream_) || header->size() <= stream_.size()) return false;
  const auto number = ParseNumber(header->substr(stream_.size() + 1));
  Side* side = number ? FindSide({message.partition}, input, *number) : nullptr;
  // One that was written again may be there twice; the first serves.
  if (side == nullptr || side->behind) return false;
  side->behind = message.offset + 1;
  side->dated = TakenAt(message);
  return true;
}

Result<std::optional<Marks::Place>> Marks::Find(core::PartitionId partition, int64_t number) {
  rd_kafka_poll(writer_.get(), 0);
  for (const ports::Input input : kInputs) {
    Side* side = FindSide(partition, input, number);
    if (side == nullptr) {
      return Fail(Error::NotFound(fmt::format("partition {} has no mark {}", partition.value, number)));
    }
    if (side->behind || side->failed == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const Error failed = Explained(
        ToError(side->failed, fmt::format("setting a mark in {}-{}", TopicOf(input), partition.value)), writer_.get());
    if (IsLasting(failed)) return Fail(failed);
    side->failed = RD_KAFKA_RESP_ERR_NO_ERROR;
    RASTI_CHECKED(Write(partition, input, number));
  }
  const Side& commands = *FindSide(partition, ports::Input::kCommands, number);
  const Side& follow_ups = *FindSide(partition, ports::Input::kFollowUps, number);
  if (!commands.behind || !follow_ups.behind) return std::nullopt;
  return Place{{*commands.behind, *follow_ups.behind}, std::min(commands.dated, follow_ups.dated)};
}

}  // namespace rasti::log::kafka
