// The part of the corpus that is made of values of the engine. The rest is text, written by hand.
#pragma once

#include <string>
#include <vector>

namespace rasti::fuzz {

struct Seed {
  std::string target;  // "event": the folder
  std::string name;    // of the file
  std::string input;
};

/// Lives of cases as rows of events and of commands, and the other records of the log. Always the same.
std::vector<Seed> SeedsOfLog();
/// Conversations on the socket.
std::vector<Seed> SeedsOfSocket();

}  // namespace rasti::fuzz
