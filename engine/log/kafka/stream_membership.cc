// A stream that leaves its group for good.
#include <chrono>

#include "engine/log/kafka/stream.h"

namespace rasti::log::kafka {
namespace {

constexpr Duration kLookAgain{20};

}  // namespace

void Stream::GiveUpMembership() {
  leaving_ = true;
  AwaitFirstAssignment();
  char* raw = rd_kafka_memberid(client_.get());
  const std::string id = raw == nullptr ? "" : raw;
  rd_kafka_mem_free(client_.get(), raw);
  if (id.empty() || rd_kafka_unsubscribe(client_.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const auto deadline = std::chrono::steady_clock::now() + core_->options().request_timeout;
  do {
    // What is held is given up while the queue is served.
    static_cast<void>(Fetch(0, kLookAgain));
  } while (IsMember(id) && std::chrono::steady_clock::now() < deadline);
}

bool Stream::IsMember(const std::string& id) const {
  const rd_kafka_group_list* groups = nullptr;
  const auto timeout = static_cast<int>(core_->options().request_timeout.count());
  const auto code = rd_kafka_list_groups(client_.get(), core_->options().group.c_str(), &groups, timeout);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR || groups == nullptr) return true;
  bool found = false;
  for (int i = 0; i < groups->group_cnt; ++i) {
    const rd_kafka_group_info& group = groups->groups[i];
    for (int j = 0; j < group.member_cnt; ++j) found = found || id == group.members[j].member_id;
  }
  rd_kafka_group_list_destroy(groups);
  return found;
}

}  // namespace rasti::log::kafka
