// Wrong input of every kind: a clear sentence with the way out, the documented exit code, nothing half done.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A submission with one of its words replaced, or with words behind it.
Words Submit(const std::string& option, const std::string& value) {
  Words words = SubmitWords();
  words.insert(words.end(), {"--role", "citizen"});
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == option) {
      words[i + 1] = value;
      return words;
    }
  }
  words.insert(words.end(), {option, value});
  return words;
}

struct Row {
  Words words;
  int exit_code;
  std::vector<std::string> parts;
};

TEST_F(RastiTest, BadInputOfEveryKind) {
  Init();
  const auto opened = SubmitPothole();
  const std::string reference = opened["reference"];
  const std::string citizen = opened["actor"];
  const int before = Json({"replay", "--verify"})["events"];
  WriteFile(root() + "/broken.json", "{\n  \"description\": \"x\",\n  oops\n}");
  WriteFile(root() + "/broken/workflow.yaml", "workflow: x\nversion: \"1\"\nstages: [a\n");
  const std::vector<Row> rows = {
      // The command line itself.
      {{"sumbit"}, 2, {"there is no command 'sumbit'", "did you mean 'submit'"}},
      {{"submit"}, 2, {"--workflow", "required", "rasti submit --help"}},
      {{"show"}, 2, {"CASE", "required"}},
      {{"public", "show"}, 2, {"CASE", "rasti public show --help"}},
      {{"calendar"}, 2, {"calendar: say what", "there are 'list', 'show', 'amend' and 'moved'"}},
      {{"calendar", "--json", "shwo", "kosovo"}, 2, {"calendar: there is no 'shwo', did you mean 'show'"}},
      {{"views", "statistics"}, 2, {"views: there is no 'statistics'; there are"}},
      {{"show", reference, "--colour"}, 2, {"--colour"}},
      {{"overdue", "--limit", "0"}, 2, {"--limit"}},
      {{"replay"}, 2, {"rasti replay --verify"}},
      {{"assign", reference, "--to", "planet", "mars", "--as", "clerk1"}, 2, {"person, queue or directorate"}},
      {{"act", reference, "register", "--as", "clerk1", "--field", "nonsense"}, 2, {"a name, '=' and a value"}},
      {{"act", reference, "register"}, 2, {"say who acts", "--as HANDLE"}},
      // Names that nobody knows.
      {Submit("--tenant", "prishtin"), 1, {"unknown_tenant", "did you mean 'prishtine'"}},
      {Submit("--workflow", "issue-rapport"), 1, {"unknown_workflow", "did you mean 'issue-report'"}},
      {Submit("--category", "pothol"), 1, {"unknown_category", "did you mean 'pothole'"}},
      {Submit("--channel", "portall"), 1, {"unknown_channel", "did you mean 'portal'"}},
      {Submit("--role", "citizn"), 1, {"role_not_allowed", "did you mean 'citizen'"}},
      {{"act", reference, "registr", "--as", "clerk1"}, 1, {"unknown_action", "did you mean 'register'"}},
      {{"act", reference, "register", "--as", "clerk11"}, 1, {"unknown_actor", "did you mean 'clerk1'"}},
      {{"act", reference, "register", "--as", "clerk1", "--role", "officr"}, 1, {"did you mean 'officer'"}},
      {{"act", reference, "register", "--as", "clerk1", "--role", "officer"}, 1, {"role_not_held", "clerk"}},
      {{"assign", reference, "--queue", "road", "--as", "clerk1"}, 1, {"unknown_queue", "did you mean 'roads'"}},
      {{"assign", reference, "--directorate", "urbansm", "--as", "clerk1"}, 1, {"did you mean 'urbanism'"}},
      {{"assign", reference, "--person", "roads.oficer1", "--as", "clerk1"}, 1, {"did you mean 'roads.officer1'"}},
      {{"pause", reference, "--clock", "resolv", "--as", "public-services.head"}, 1, {"did you mean 'resolve'"}},
      {{"overdue", "--tenant", "prizrn"}, 1, {"unknown_tenant"}},
      {{"overdue", "--queue", "roads"}, 2, {"name the --tenant"}},
      {{"overdue", "--tenant", "prishtine", "--queue", "road"}, 1, {"unknown_queue", "did you mean 'roads'"}},
      // Cases.
      {{"show", "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11"}, 3, {"there is no case"}},
      {{"show", "hello"}, 2, {"neither a case id", "nor a public reference"}},
      {{"act", "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11", "register", "--as", "clerk1"}, 3, {"there is no case"}},
      {{"merge", reference, "--into", reference, "--as", "clerk1"}, 1, {"merge_target_invalid"}},
      {{"withdraw", reference, "--as", "0b7c1a52-6f0e-4c1b-8f6a-3d2e1c0b9a88"}, 1, {"not_your_case"}},
      {{"act", reference, "resolve", "--as", "roads.officer1"}, 1, {"wrong_stage", "in_progress"}},
      {{"act", reference, "inspect", "--as", "roads.officer1"}, 1, {"field_missing", "finding"}},
      {{"rate", reference, "9", "--as", citizen}, 1, {"case_not_closed"}},
      // Forms.
      {Submit("--form", "{\"description\":"), 2, {"--form: no JSON: line 1"}},
      {Submit("--form", "@" + root() + "/broken.json"), 2, {"line 3, column 3"}},
      {Submit("--form", "[1, 2]"), 2, {"a JSON object is wanted"}},
      {Submit("--form", "@" + root() + "/nowhere.json"), 3, {"nowhere.json", "No such file"}},
      {Submit("--form", "{}"), 1, {"form_invalid", "description"}},
      {Submit("--form", R"({"description":"A deep hole.","location":{"address":"B"},"colour":1})"),
       1,
       {"form_invalid"}},
      // Times.
      {Submit("--received-at", "yesterday"), 2, {"--received-at yesterday"}},
      {Submit("--received-at", "2999-01-01T00:00:00Z"), 1, {"time_invalid"}},
      {Submit("--now", "2026-13-01T00:00:00Z"), 2, {"--now"}},
      {Submit("--now", "2026-01-01T00:00:00Z"), 1, {"back_dated"}},
      {{"show", reference, "--at", "12 o'clock"}, 2, {"--at"}},
      {{"overdue", "--at-risk", "soon"}, 2, {"--at-risk soon"}},
      // Packages.
      {{"lint", root() + "/nowhere"}, 3, {"there is no such folder"}},
      {{"lint", root()}, 2, {"error"}},
      {{"publish", root() + "/broken"}, 2, {"nothing was changed"}},
      {{"publish", root() + "/broken.json"}, 2, {"a file; name the folder"}},
      // Files.
      {{"attach", reference, root() + "/nowhere.jpg", "--as", "clerk1"}, 3, {"No such file"}},
      {{"message", reference, "--text", "@" + root(), "--as", "clerk1"}, 6, {"cannot read"}},
      // Directories.
      {{"init"}, 2, {"initialised already"}},
      {{"init", "--partitions", "0"}, 2, {"--partitions"}},
  };
  for (const Row& row : rows) ExpectRefusal(row.words, row.exit_code, row.parts);
  EXPECT_EQ(Json({"replay", "--verify"})["events"], before) << "a refusal left something behind";
}

TEST_F(RastiTest, ErrorsAreJsonForScripts) {
  Init();
  const Finished refused = Rasti({"show", "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11", "--json"});
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.error()["error"]["code"], "not_found");
  EXPECT_EQ(refused.error()["error"]["exit"], 3);
}

TEST_F(RastiTest, OutputThatCannotBeWrittenIsAnErrorAndAReaderThatGoesAwayIsNone) {
  Init();
  const auto shell = [&](const std::string& line) {
    Child child({"/bin/sh", "-c", line}, "", {"RASTI=" + Program(), "RASTI_DATA=" + data()});
    return child.Finish();
  };
  for (const char* form : {"", "--json"}) {
    const Finished full = shell(std::string("\"$RASTI\" packages ") + form + " > /dev/full");
    EXPECT_EQ(full.exit_code, 6) << full.err;
    EXPECT_THAT(full.err, testing::AllOf(HasSubstr("writing the output"), HasSubstr("No space left on device")));
  }
  const Finished unread = shell("{ \"$RASTI\" packages; echo \"ended with $?\" >&2; } | true");
  EXPECT_THAT(unread.err, HasSubstr("ended with 0"));
}

TEST_F(RastiTest, ARefusalNeverQuotesPersonalData) {
  Init();
  Words words = SubmitWords();
  words.back() = R"({"description":"A deep hole.","location":{"address":"B"},"reporter":{"email":"secret-at-home"}})";
  words.insert(words.end(), {"--role", "citizen"});
  const Finished refused = Rasti(words);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("form/reporter/email"));
  EXPECT_THAT(refused.out + refused.err, testing::Not(HasSubstr("secret-at-home")));
}

TEST_F(RastiTest, DirectoriesThatCannotBeUsed) {
  ExpectRefusal({"show", "x"}, 3, {"rasti init --data"});
  WriteFile(data() + "/something", "else");
  ExpectRefusal({"show", "x"}, 3, {"no data directory of rasti"});
  ExpectRefusal({"init", "--no-packages"}, 2, {"not empty", "something"});
  fs::remove_all(data());

  Init();
  WriteFile(data() + "/rasti.json", R"({"format": 99, "clock": "wall", "created_at": "2030-01-01T00:00:00Z"})");
  ExpectRefusal({"packages"}, 7, {"format 99", "newer"});
  ExpectRefusal({"doctor"}, 7, {"format 99"});
  WriteFile(data() + "/rasti.json", "{");
  ExpectRefusal({"packages"}, 5, {"rasti.json", "backup"});
}

TEST_F(RastiTest, AClockThatWentBackIsNotDecidedWith) {
  Init({"--virtual-time", "2028-03-01T09:00:00+01:00"});
  SubmitPothole();
  // As if a machine whose clock was right had written this, and now it is not.
  WriteFile(data() + "/rasti.json", R"({"format": 1, "clock": "wall", "created_at": "2028-03-01T08:00:00Z"})");
  for (const char* command : {"overdue", "run"}) {
    ExpectRefusal({command}, 6, {"went back", "2028-03-01T08:00:00Z", "NTP"});
  }
}

TEST_F(RastiTest, ALogOfANewerVersionIsLeftAlone) {
  Init();
  WriteFile(data() + "/log/FORMAT", "rasti embedded log, format 99\n");
  ExpectRefusal({"packages"}, 7, {"format 99", "nothing was changed"});
}

TEST_F(RastiTest, AnInterruptedInitIsMadeAnew) {
  Init();
  fs::remove(data() + "/rasti.json");
  fs::remove_all(data() + "/state");
  fs::remove_all(data() + "/views");
  Init();
  SubmitPothole();
}

TEST_F(RastiTest, PackagesWithErrorsMakeNoDirectory) {
  WriteFile(root() + "/bad/workflow.yaml", "workflow: x\nversion: \"1\"\n");
  const Finished refused = Rasti({"init", "--packages", root() + "/bad"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.out, HasSubstr("bad/workflow.yaml:"));
  EXPECT_FALSE(fs::exists(data()));
}

TEST_F(RastiTest, ADirectoryInUseByAProcessThatDoesNotListen) {
  Init();
  // This process holds the log's lock as a command does, and answers nothing.
  const int lock = ::open((data() + "/log/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  ExpectRefusal({"packages", "--patience", "0.2"}, 4, {"held by", "rasti doctor"});
  EXPECT_EQ(Rasti({"doctor"}).exit_code, 4);
  ::close(lock);
  EXPECT_EQ(Rasti({"doctor"}).exit_code, 0);
}

}  // namespace
}  // namespace rasti::test
