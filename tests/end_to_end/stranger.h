// A system that nobody registered yet, and that hands commands in all the same.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/client/command_client.h"
#include "engine/codec/command_codec.h"
#include "tests/end_to_end/load.h"

namespace rasti::test {

class Stranger {
 public:
  static constexpr const char* kId = "portal";
  static constexpr const char* kKeyId = "portal-2026";

  /// A submission in order but for its submitter; another one for each number.
  core::Command Submission(int number) const {
    core::Command command = Load(1).Submission();
    command.received_at.reset();
    command.command_id = core::CommandId("letter-" + std::to_string(number));
    command.case_id = core::CaseIdFromKey(command.tenant, command.command_id.str());
    command.submitter = core::SubmitterId(kId);
    return command;
  }
  std::string Sign(const core::Command& command) const {
    return codec::EncodeSigned(codec::SignCommand(codec::EncodeCommand(command), kKeyId, key_));
  }
  static std::string KeyOf(const core::Command& command) { return std::string(command.case_id.uuid.AsBytes()); }

  client::CommandClient Client(ports::CommandChannel& channel) const {
    client::ClientOptions options;
    options.submitter = core::SubmitterId(kId);
    options.key_id = kKeyId;
    options.key = key_;
    return client::CommandClient(channel, options);
  }

  /// Makes the operator know it.
  void RegisterIn(const std::string& submitters) const {
    const std::filesystem::path key_file = submitters + "/portal.key";
    std::ofstream(key_file, std::ios::binary) << key_;
    std::filesystem::permissions(key_file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::ofstream registry(submitters + "/submitters.yaml", std::ios::app);
    registry << "  - id: " << kId << "\n    keys:\n      - {id: " << kKeyId << ", file: portal.key}\n";
    ASSERT_TRUE(registry.good());
  }

 private:
  const std::string key_ = "thirty-two bytes that nobody knows";
};

}  // namespace rasti::test
