#include "tests/end_to_end/rasti_fixture.h"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace rasti::test {
namespace fs = std::filesystem;
namespace {

constexpr const char* kForm = R"({"description":"A deep hole before the school.","location":{"address":"Rruga B 12"},)"
                              R"("reporter":{"name":"Agim Test","email":"agim@example.org"}})";

// What the person who runs the tests has set must not reach the program.
const std::vector<std::string> kEnvironment = {"RASTI_DATA=", "RASTI_AS=", "RASTI_TENANT=", "NO_COLOR="};

Words With(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

Words SubmitWords() {
  return {"submit",  "--workflow",      "issue-report", "--tenant", "prishtine", "--category", "pothole",
          "--title", "Hole in Rruga B", "--channel",    "portal",   "--form",    kForm};
}

RastiTest::RastiTest() {
  root_ = (fs::temp_directory_path() / "rasti-test-XXXXXX").string();
  if (::mkdtemp(root_.data()) == nullptr) throw std::runtime_error("no temporary directory");
}

RastiTest::~RastiTest() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

Finished RastiTest::Rasti(const Words& words, const std::string& input) const {
  Child child(With(With({Program()}, words), {"--data", data()}), input, kEnvironment);
  return child.Finish();
}

nlohmann::json RastiTest::Json(const Words& words, const std::string& input) const {
  const Finished finished = Rasti(With(words, {"--json"}), input);
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  auto json = finished.json();
  EXPECT_TRUE(json.is_object()) << finished.out;
  return json;
}

void RastiTest::ExpectRefusal(const Words& words, int exit_code, const std::vector<std::string>& parts,
                              const std::string& input) const {
  const Finished finished = Rasti(words, input);
  std::string said;
  for (const std::string& word : words) said += word + " ";
  EXPECT_EQ(finished.exit_code, exit_code) << said << "\n" << finished.out << finished.err;
  for (const std::string& part : parts) EXPECT_THAT(finished.err, testing::HasSubstr(part)) << said;
}

void RastiTest::Init(const Words& more) const {
  const Words words = {"init",
                       "--partitions",
                       "2",
                       "--packages",
                       "workflows/issue-report",
                       "workflows/calendars/kosovo",
                       "workflows/tenants/prishtine",
                       "workflows/tenants/mlga",
                       "workflows/tzdata/2025b"};
  const Finished finished = Rasti(With(words, more));
  ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
}

nlohmann::json RastiTest::SubmitPothole(const Words& more) const {
  return Json(With(With(SubmitWords(), {"--role", "citizen"}), more));
}

std::unique_ptr<Child> RastiTest::StartService() const {
  auto service = std::make_unique<Child>(Words{Program(), "run", "--json", "--data", data()}, "", kEnvironment);
  EXPECT_TRUE(service->WaitForError("\"listening\"")) << service->Finish().err;
  return service;
}

void RastiTest::StopService(Child& service) {
  service.Signal(SIGTERM);
  const Finished finished = service.Finish();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
}

std::string RastiTest::Program() {
  const char* named = std::getenv("RASTI_PROGRAM");  // NOLINT(concurrency-mt-unsafe): no test sets the environment
  return named != nullptr ? named : RASTI_PROGRAM;
}

void RastiTest::WriteFile(const std::string& path, const std::string& content) const {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace rasti::test
