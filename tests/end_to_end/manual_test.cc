// The pages and completions that teach the commands outside of them say what the commands say.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

class ManualTest : public RastiTest {
 protected:
  std::string Printed(const Words& words) const {
    Words all{Program()};
    all.insert(all.end(), words.begin(), words.end());
    const Finished finished = Child(all).Finish();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.out;
  }

  // As a reader sees it, in 100 columns of plain text; what the typesetter has to complain of is a failure.
  std::string Set(const std::string& page) const {
    const Finished set = Child({"/usr/bin/groff", "-man", "-Tascii", "-P-cbou", "-rLL=100n", "-ww"}, page).Finish();
    EXPECT_EQ(set.exit_code, 0);
    EXPECT_EQ(set.err, "");
    return set.out;
  }

  // What bash offers for a line that ends in the last word.
  std::vector<std::string> Offered(const Words& words) const {
    const std::string script = root() + "/completion.bash";
    if (!fs::exists(script)) WriteFile(script, Printed({"completion", "bash"}));
    std::string line = "source " + script + "; COMP_WORDS=(rasti";
    for (const std::string& word : words) line += " '" + word + "'";
    line += "); COMP_CWORD=" + std::to_string(words.size()) + "; _rasti; printf '%s\\n' \"${COMPREPLY[@]}\"";
    const Finished finished = Child({"/bin/bash", "--norc", "-c", line}).Finish();
    EXPECT_EQ(finished.err, "");
    std::vector<std::string> offered;
    std::istringstream lines(finished.out);
    for (std::string each; std::getline(lines, each);) {
      if (!each.empty()) offered.push_back(each);
    }
    return offered;
  }
};

TEST_F(ManualTest, EveryCommandHasAPageThatIsSetWithoutComplaint) {
  const std::string pages = root() + "/man1";
  Printed({"man", "--all", pages});
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(pages)) {
    std::ifstream file(entry.path());
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const std::string text = Set(page);
    EXPECT_THAT(text, AllOf(HasSubstr("\nNAME\n"), HasSubstr("\nSYNOPSIS\n"))) << entry.path();
    // No escape of the page's language is left over.
    EXPECT_THAT(text, Not(HasSubstr("\\f"))) << entry.path();
    names.insert(entry.path().filename().string());
  }
  EXPECT_THAT(names,
              IsSupersetOf({"rasti.1", "rasti-submit.1", "rasti-topics.1", "rasti-topics-create.1", "rasti-man.1"}));
  // All that `rasti --help` lists, and no other.
  const std::string root_page = Set(Printed({"man"}));
  for (const std::string& name : names) {
    if (std::ranges::count(name, '-') != 1 || name == "rasti.1") continue;
    EXPECT_THAT(root_page, HasSubstr(name.substr(0, name.size() - 2) + "(1)"));
  }
}

TEST_F(ManualTest, TheBackupPageSaysWhatIsToBeDoneWhereBrokersKeepTheLog) {
  std::istringstream words(Set(Printed({"man", "backup"})));
  std::string text;  // however its lines are broken
  for (std::string word; words >> word;) text += word + " ";
  EXPECT_THAT(text, AllOf(HasSubstr("--log kafka"), HasSubstr("brokers' disks"), HasSubstr("deploy/README.md")));
}

TEST_F(ManualTest, APageSaysWhatTheHelpSays) {
  const std::string page = Set(Printed({"man", "submit"}));
  EXPECT_THAT(page, HasSubstr("rasti submit --workflow TEXT --tenant TEXT"));
  EXPECT_THAT(page, HasSubstr("When it reached the authority: clocks count from there."));
  EXPECT_THAT(page, HasSubstr("--form JSON|@FILE|-"));
  EXPECT_THAT(page, HasSubstr("--title 'Hole in Rruga B' \\"));
  const std::string root_page = Set(Printed({"man"}));
  EXPECT_THAT(root_page, HasSubstr("EXIT STATUS"));
  EXPECT_THAT(root_page, HasSubstr("The variable RASTI_DATA stands for it."));
  const Finished unknown = Child({Program(), "man", "sumbit"}).Finish();
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("there is no command 'sumbit'"));
}

TEST_F(ManualTest, BashCompletesCommandsOptionsAndPaths) {
  EXPECT_THAT(Offered({"sub"}), ElementsAre("submit"));
  EXPECT_THAT(Offered({"topics", ""}), ElementsAre("create", "check", "describe"));
  EXPECT_THAT(Offered({"topics", "create", "--part"}), ElementsAre("--partitions"));
  EXPECT_THAT(Offered({"submit", "--wor"}), ElementsAre("--workflow"));
  // Options of all commands stand behind every command.
  EXPECT_THAT(Offered({"show", "7ZK4", "--js"}), ElementsAre("--json"));
  EXPECT_THAT(Offered({"lint", "workf"}), ElementsAre("workflows"));
  EXPECT_THAT(Offered({"overdue", "--data", "engi"}), ElementsAre("engine"));
  // Nothing is offered where only people know.
  EXPECT_THAT(Offered({"submit", "--title", ""}), IsEmpty());
  EXPECT_THAT(Offered({""}), AllOf(Contains("submit"), Each(Not(StartsWith("-")))));
}

TEST_F(ManualTest, ScriptsForOtherShellsNameEveryCommand) {
  for (const char* shell : {"zsh", "fish"}) {
    const std::string script = Printed({"completion", shell});
    for (const char* word : {"submit", "dead-letters", "topics", "--workflow", "serve-views"}) {
      const std::string wanted = std::string(shell) == "fish" && *word == '-' ? std::string("-l ") + (word + 2) : word;
      EXPECT_THAT(script, HasSubstr(wanted)) << shell;
    }
  }
  const Finished unknown = Child({Program(), "completion", "csh"}).Finish();
  EXPECT_EQ(unknown.exit_code, 2);
}

}  // namespace
}  // namespace rasti::test
