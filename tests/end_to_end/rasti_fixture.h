// A data directory of its own for each test, and the program to use it with.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/end_to_end/program.h"

namespace rasti::test {

using Words = std::vector<std::string>;

class RastiTest : public testing::Test {
 public:
  ~RastiTest() override;

 protected:
  RastiTest();

  const std::string& root() const { return root_; }
  std::string data() const { return root_ + "/data"; }

  /// Runs `rasti` with these words on the test's directory.
  Finished Rasti(const Words& words, const std::string& input = "") const;
  /// The same with --json; expects that it succeeds and answers what it printed.
  nlohmann::json Json(const Words& words, const std::string& input = "") const;
  /// The same; expects this exit code and these parts of what it says.
  void ExpectRefusal(const Words& words, int exit_code, const std::vector<std::string>& parts,
                     const std::string& input = "") const;

  /// Made with the packages of an issue report in Prishtina. `more`: further options of `init`.
  void Init(const Words& more = {}) const;
  /// A pothole, reported by a citizen whose id is in "actor".
  nlohmann::json SubmitPothole(const Words& more = {}) const;

  /// `rasti run` on the test's directory, listening.
  std::unique_ptr<Child> StartService() const;
  /// Ends it in good order.
  static void StopService(Child& service);

  /// The program under test: RASTI_PROGRAM, or the one that was built beside this test.
  static std::string Program();
  void WriteFile(const std::string& path, const std::string& content) const;

 private:
  std::string root_;
};

/// The words of a submission that is in order, for tests that spoil one of them.
Words SubmitWords();

}  // namespace rasti::test
