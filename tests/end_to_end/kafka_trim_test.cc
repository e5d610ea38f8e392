// Nodes that delete the commands that they have decided.
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "tests/end_to_end/http_client.h"
#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

class KafkaTrimTest : public KafkaNodesTest {
 protected:
  static Words Submission() {
    Words words = SubmitWords();
    words.insert(words.end(), {"--role", "citizen"});
    return words;
  }
  /// The offsets of the commands that were answered, of a log with one partition, in order.
  std::vector<int> Answered() const {
    std::vector<int> answered;
    std::istringstream lines((*KafkaBroker::Instance())->Headers(topic_prefix() + "results"));
    const std::string header = "rasti-answers:";
    for (std::string line; std::getline(lines, line);) {
      if (const size_t at = line.find(header); at != std::string::npos) {
        answered.push_back(std::stoi(line.substr(at + header.size())));
      }
    }
    std::ranges::sort(answered);
    return answered;
  }
  int64_t Begin() const { return (*KafkaBroker::Instance())->Begin(topic_prefix() + "commands", 0); }
};

TEST_F(KafkaTrimTest, ANodeWithoutItsPlaceInTheInputGoesOnBehindWhatIsGone) {
  constexpr size_t kCases = 4;
  MakeTopics(1);
  InitNode(0);
  std::vector<std::string> references;
  {
    const auto node = StartNode(0, {"--keep-commands", "PT1S", "--trim-every", "PT1S", "--metrics-port", "0"});
    for (size_t i = 0; i < kCases; ++i) references.push_back(JsonAt(0, Submission())["reference"]);
    JsonAt(0, {"act", references.front(), "register", "--as", "clerk1"});
    // Refused, and so without an event.
    EXPECT_NE(At(0, {"act", references.front(), "register", "--as", "clerk1"}).exit_code, 0);
    const auto answered = Answered();
    ASSERT_EQ(answered.size(), kCases + 2);
    // All positions before the beginning; marks take some.
    ScrapeUntil(MetricsPortIn(node->error_text()), [last = answered.back()](const Metrics& metrics) {
      return metrics.at("rasti_trimmed_records_total{input=\"commands\"}") > last;
    });
    StopService(*node);
  }
  const int64_t begin = Begin();

  // Another group has no positions, and another directory no stores: all there is are the log's topics.
  const Words brokers = Brokers();
  Words init = {"init",
                "--data",
                data_of(1),
                "--log",
                "kafka",
                "--group",
                topic_prefix() + "other",
                "--no-packages",
                "--submitters",
                data_of(0) + "/submitters"};
  init.insert(init.end(), brokers.begin(), brokers.end());
  const Finished made = Run(init);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  {
    const auto node = StartNode(1);
    for (const std::string& reference : references) EXPECT_EQ(JsonAt(1, {"show", reference})["reference"], reference);
    JsonAt(1, {"act", references.back(), "register", "--as", "clerk1"});
    JsonAt(1, Submission());
    StopService(*node);
  }
  // Each command once.
  const auto answered = Answered();
  ASSERT_EQ(answered.size(), kCases + 4);
  EXPECT_EQ(std::ranges::adjacent_find(answered), answered.end());
  EXPECT_LT(answered[kCases + 1], begin);
  EXPECT_GE(answered[kCases + 2], begin);
  // With the age that nobody chose, nothing went.
  EXPECT_EQ(Begin(), begin);
  EXPECT_EQ(JsonAt(1, {"replay", "--verify"})["verified"], true);
}

TEST_F(KafkaTrimTest, AnAgeBeyondThatOfTheResultsIsRefusedWithWhatMendsIt) {
  MakeTopics(1);
  InitNode(0);
  const Finished refused = At(0, {"run", "--keep-commands", "P60D"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.err,
              HasSubstr(topic_prefix() + "results: results are kept for P30D (retention.ms 2592000000) and "
                                         "commands for P60D"));
  const std::string mends = "rasti topics create --partitions 1 --replicas 1 --keep-results P60D";
  EXPECT_THAT(refused.err, HasSubstr(mends));

  const auto topics = [&](const Words& what) {
    Words words = {"topics"};
    words.insert(words.end(), what.begin(), what.end());
    const Words brokers = Brokers();
    words.insert(words.end(), brokers.begin(), brokers.end());
    return Run(words);
  };
  EXPECT_EQ(topics({"check"}).exit_code, 0);
  const Finished checked = topics({"check", "--keep-commands", "P60D"});
  EXPECT_NE(checked.exit_code, 0);
  EXPECT_THAT(checked.err, HasSubstr(mends));
  EXPECT_EQ(topics({"create", "--partitions", "1", "--keep-results", "P60D"}).exit_code, 0);
  EXPECT_EQ(topics({"check", "--keep-commands", "P60D"}).exit_code, 0);
  const auto node = StartNode(0, {"--keep-commands", "P60D"});
  StopService(*node);

  for (const std::string wrong : {"30", "7d", "PT0.1S", "-P1D"}) {
    const Finished said = At(0, {"run", "--keep-commands", wrong});
    EXPECT_EQ(said.exit_code, 2) << wrong;
    EXPECT_THAT(said.err, HasSubstr("--keep-commands: '" + wrong + "'")) << wrong;
  }
}

}  // namespace
}  // namespace rasti::test
