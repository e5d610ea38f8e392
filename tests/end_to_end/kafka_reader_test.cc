// Readers (`rasti serve-views`): views of their own over a real broker, of all tenants or of chosen ones.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KafkaReaderTest : public KafkaNodesTest {
 protected:
  std::string SubmittedIn(const std::string& tenant) const {
    Words words = SubmitWords();
    *std::ranges::find(words, "prishtine") = tenant;
    words.insert(words.end(), {"--role", "citizen"});
    return JsonAt(0, words)["reference"];
  }
  // What `replay --verify` compared of the views.
  std::string ComparedAt(int node) const {
    const auto report = JsonAt(node, {"replay", "--verify"});
    EXPECT_EQ(report["verified"], true) << report;
    return report["compared"].dump();
  }
};

TEST_F(KafkaReaderTest, ReadersAnswerAlikeAndHandCommandsOn) {
  MakeTopics(2);
  InitNode(0);
  const auto node = StartNode(0);
  InitNode(1);
  InitNode(2);
  const auto first = StartReader(1);
  const auto second = StartReader(2);
  const std::string reference = SubmittedIn("prishtine");
  // Given at one reader, decided by the node, seen at the other one: it waits for what the answer's token names.
  const auto acted = JsonAt(1, {"act", reference, "register", "--as", "clerk1"});
  const auto seen = JsonAt(2, {"show", reference});
  EXPECT_EQ(seen["stage"], "assigned");
  for (const Words& words :
       {Words{"show", reference}, Words{"history", reference}, Words{"overdue", "--at-risk", "P90D"},
        Words{"inbox", "--tenant", "prishtine"}, Words{"tally"}}) {
    auto left = JsonAt(1, words);
    auto right = JsonAt(2, words);
    for (const char* moment : {"now", "at"}) {
      left.erase(moment);
      right.erase(moment);
    }
    EXPECT_EQ(left, right) << words.front();
  }
  StopService(*first);
  StopService(*second);
  StopService(*node);
  for (const int reader : {1, 2}) EXPECT_THAT(ComparedAt(reader), HasSubstr("views: 1 cases"));
}

TEST_F(KafkaReaderTest, AReaderOfChosenTenantsKeepsTheirCasesAlone) {
  MakeTopics(2);
  InitNode(0, {"workflows/tenants/prizren"});
  const auto node = StartNode(0);
  const std::string ours = SubmittedIn("prizren");
  const std::string theirs = SubmittedIn("prishtine");
  InitNode(1);
  auto reader = StartReader(1, {"--tenants", "prizren,prizre"});
  EXPECT_THAT(reader->error_text(), HasSubstr("nobody has published a tenant 'prizre' yet, did you mean 'prizren'?"));

  EXPECT_EQ(JsonAt(1, {"show", ours})["tenant"], "prizren");
  EXPECT_EQ(JsonAt(1, {"tally"})["cases"], 1);
  EXPECT_EQ(JsonAt(1, {"inbox", "--tenant", "prizren"})["total"], 1);
  for (const Words& words : {Words{"show", theirs}, Words{"history", theirs}, Words{"inbox", "--tenant", "prishtine"},
                             Words{"overdue", "--tenant", "prishtine"}, Words{"stats", "--tenant", "prishtine"},
                             Words{"public", "list", "--tenant", "prishtine"}}) {
    const Finished refused = At(1, words);
    EXPECT_EQ(refused.exit_code, 3) << words.front() << ": " << refused.out;
    EXPECT_THAT(refused.err, HasSubstr("here are the cases of prizre, prizren only")) << words.front();
  }
  Words all = {"calendar", "amend", "kosovo", "--add", "2049-03-10", "--name", "Snow", "--legal-basis", "Decision 1"};
  EXPECT_EQ(At(1, all).exit_code, 3);
  // What is handed in here of others is done, and said to be.
  Words elsewhere = SubmitWords();
  elsewhere.insert(elsewhere.end(), {"--role", "citizen"});
  const auto accepted = JsonAt(1, elsewhere);
  EXPECT_EQ(accepted["accepted"], true);
  EXPECT_EQ(JsonAt(0, {"show", accepted["reference"]})["tenant"], "prishtine");
  // Others' cases go on meanwhile, and its own are seen as soon as they are answered.
  JsonAt(0, {"act", theirs, "register", "--as", "clerk1"});
  JsonAt(1, {"act", ours, "register", "--as", "clerk1"});
  EXPECT_EQ(JsonAt(1, {"show", ours})["stage"], "assigned");
  StopService(*reader);
  EXPECT_THAT(ComparedAt(1),
              AllOf(HasSubstr("views: 1 cases"), HasSubstr("here are the cases of prizre, prizren only")));
  EXPECT_EQ(JsonAt(1, {"doctor"})["healthy"], true);

  // Other tenants than before: the views are made anew.
  reader = StartReader(1, {"--tenants", "prishtine"});
  EXPECT_EQ(JsonAt(1, {"show", theirs})["stage"], "assigned");
  EXPECT_EQ(At(1, {"show", ours}).exit_code, 3);
  StopService(*reader);
  reader = StartReader(1);
  EXPECT_EQ(JsonAt(1, {"tally"})["cases"], 3);
  StopService(*reader);
  StopService(*node);
  EXPECT_THAT(ComparedAt(1), AllOf(HasSubstr("views: 3 cases"), Not(HasSubstr("only"))));
}

}  // namespace
}  // namespace rasti::test
