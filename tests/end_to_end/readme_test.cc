// The README's tour, typed in word for word: what it shows is what the program prints.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;

struct Step {
  std::string command;
  std::vector<std::string> shown;
};

// The commands of the first console block, and the lines below each.
std::vector<Step> Tour() {
  std::ifstream in("README.md");
  std::vector<Step> steps;
  std::string line;
  while (std::getline(in, line) && line != "```console") {
  }
  bool goes_on = false;
  while (std::getline(in, line) && line != "```") {
    if (goes_on) {
      steps.back().command += "\n" + line;
    } else if (line.starts_with("$ ")) {
      steps.push_back({line.substr(2), {}});
    } else if (!line.empty() && !steps.empty()) {
      steps.back().shown.push_back(line);
    }
    goes_on = (goes_on || line.starts_with("$ ")) && line.ends_with('\\');
  }
  return steps;
}

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// "..." stands for anything within a line; alone on a line, for any number of lines.
bool LineMatches(std::string_view shown, std::string_view real) {
  const size_t gap = shown.find("...");
  if (gap == std::string_view::npos) return shown == real;
  if (!real.starts_with(shown.substr(0, gap))) return false;
  const std::string_view rest = shown.substr(gap + 3);
  for (size_t at = gap; at <= real.size(); ++at) {
    if (LineMatches(rest, real.substr(at))) return true;
  }
  return false;
}

bool Matches(std::span<const std::string> shown, std::span<const std::string> real) {
  if (shown.empty()) return real.empty();
  if (shown.front().find_first_not_of(" .") == std::string::npos) {
    for (size_t skipped = 0; skipped <= real.size(); ++skipped) {
      if (Matches(shown.subspan(1), real.subspan(skipped))) return true;
    }
    return false;
  }
  return !real.empty() && LineMatches(shown.front(), real.front()) && Matches(shown.subspan(1), real.subspan(1));
}

TEST_F(RastiTest, TheTourOfTheReadmeShowsWhatTheProgramPrints) {
  const std::string path = fs::path(Program()).parent_path().string() + ":/usr/bin:/bin";
  const auto steps = Tour();
  ASSERT_GE(steps.size(), 8u);
  for (const Step& step : steps) {
    if (step.command.starts_with("export ")) continue;
    std::string command = step.command;
    for (size_t at = command.find("/tmp/"); at != std::string::npos; at = command.find("/tmp/", at + root().size())) {
      command.replace(at, 4, root());
    }
    Child shell({"/bin/bash", "-c", command}, "", {"RASTI_DATA=" + root() + "/tour", "PATH=" + path});
    const Finished finished = shell.Finish();
    ASSERT_EQ(finished.exit_code, 0) << step.command << "\n" << finished.err;
    std::string real = finished.out;
    for (size_t at = real.find(root()); at != std::string::npos; at = real.find(root())) {
      real.replace(at, root().size(), "/tmp");
    }
    const auto lines = LinesOf(real);
    EXPECT_TRUE(Matches(step.shown, lines)) << step.command << "\nprints\n" << real;
  }
}

}  // namespace
}  // namespace rasti::test
