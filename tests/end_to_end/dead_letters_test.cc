// What strangers hand in: the operator looks into it, submits it again or discards it.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/end_to_end/rasti_fixture.h"
#include "tests/end_to_end/stranger.h"
#include "tools/rasti/socket_connection.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class DeadLettersTest : public RastiTest {
 protected:
  // Hands so many submissions in as the stranger; they are refused.
  void HandIn(int first, int count) {
    const auto service = StartService();
    HandInTo(first, count);
    StopService(*service);
  }
  void HandInTo(int first, int count) {
    const auto connection = cli::SocketConnection::Connect(data() + "/rasti.sock");
    ASSERT_TRUE(connection) << connection.error().message;
    client::CommandClient portal = stranger_.Client(**connection);
    for (int i = first; i < first + count; ++i) {
      const auto result = portal.Execute(stranger_.Submission(i));
      ASSERT_TRUE(result) << result.error().message;
      ASSERT_FALSE(result->accepted());
      EXPECT_EQ(std::get<core::Rejection>(result->outcome).code, core::RejectionCode::kNotAuthenticated);
      EXPECT_EQ(result->command_id, stranger_.Submission(i).command_id);
    }
  }
  std::vector<std::string> Ids(const Words& more = {}) const {
    Words words = {"dead-letters", "list"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<std::string> ids;
    const auto page = Json(words);
    for (const auto& letter : page["dead_letters"]) ids.push_back(letter["id"]);
    return ids;
  }

  const Stranger stranger_;
};

TEST_F(DeadLettersTest, AreLookedIntoRetriedAndDiscarded) {
  Init();
  HandIn(1, 3);
  const auto list = Json({"dead-letters", "list"});
  ASSERT_EQ(list["dead_letters"].size(), 3U);
  EXPECT_EQ(list["total"], 3);
  const auto& first = list["dead_letters"][0];
  EXPECT_EQ(first["reason"], "unknown_submitter");
  EXPECT_EQ(first["submitter"], "portal");
  EXPECT_EQ(first["command_id"], "letter-1");
  EXPECT_EQ(first["state"], "open");
  const std::vector<std::string> ids = Ids();

  // Opened with the key that `init` made; nothing was decided.
  const auto shown = Json({"dead-letters", "show", ids[0]});
  EXPECT_EQ(shown["content"]["command"]["data"]["title"], "Hole");
  EXPECT_THAT(Rasti({"dead-letters", "show", ids[0]}).out, HasSubstr("as claimed"));
  EXPECT_EQ(Json({"tally"})["open_in_time"], 0);

  // Nobody knows the portal yet: refused again, which makes a letter more, and the first stays open.
  const Finished refused = Rasti({"dead-letters", "retry", ids[0], "--json"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("not_authenticated"));
  EXPECT_EQ(Ids().size(), 4U);
  EXPECT_EQ(Json({"dead-letters", "show", ids[0]})["retried"]["outcome"], "not_authenticated");

  stranger_.RegisterIn(data() + "/submitters");
  {
    // Over the socket as well.
    const auto service = StartService();
    const auto retried = Json({"dead-letters", "retry", ids[0]});
    EXPECT_EQ(retried["retried"]["accepted"], true);
    EXPECT_EQ(retried["state"], "settled");
    const std::string reference = retried["reference"];
    EXPECT_EQ(Json({"show", reference})["stage"], "received");
    const auto history = Json({"history", reference});
    // Once more: nothing is submitted, nothing happens.
    EXPECT_THAT(Rasti({"dead-letters", "retry", ids[0]}).out, HasSubstr("nothing was submitted"));
    EXPECT_EQ(Json({"history", reference}), history);

    EXPECT_EQ(Json({"dead-letters", "discard", ids[1], "--reason", "a load test"})["discarded"]["reason"],
              "a load test");
    EXPECT_EQ(Json({"dead-letters", "discard", ids[1], "--reason", "again"})["discarded"]["reason"], "a load test");
    EXPECT_THAT(Rasti({"dead-letters", "retry", ids[1]}).out, HasSubstr("discarded; nothing was submitted"));
    EXPECT_EQ(Ids().size(), 2U);
    EXPECT_EQ(Ids({"--all"}).size(), 4U);
    EXPECT_EQ(Ids({"--all", "--limit", "1"}).size(), 1U);
    EXPECT_EQ(Ids({"--since", "2100-01-01T00:00:00Z"}).size(), 0U);
    StopService(*service);
  }
  EXPECT_EQ(Json({"dead-letters", "retry", ids[2]})["retried"]["accepted"], true);
  EXPECT_EQ(Ids().size(), 1U) << "that of the retry that was refused";
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  EXPECT_EQ(Json({"tally"})["open_in_time"], 2);
}

TEST_F(DeadLettersTest, AreWhatIsSignedWithARetiredKeyWhileWhatItSignedBeforeStaysVerified) {
  Init();
  const std::string submitters = data() + "/submitters";
  stranger_.RegisterIn(submitters);
  {
    const auto service = StartService();
    const auto connection = cli::SocketConnection::Connect(data() + "/rasti.sock");
    ASSERT_TRUE(connection) << connection.error().message;
    client::CommandClient portal = stranger_.Client(**connection);
    const auto accepted = portal.Execute(stranger_.Submission(1));
    ASSERT_TRUE(accepted) << accepted.error().message;
    EXPECT_TRUE(accepted->accepted());
    StopService(*service);
  }
  // A new key before the old one, which signs nothing any more.
  std::ifstream file(submitters + "/submitters.yaml");
  std::string registry((std::istreambuf_iterator<char>(file)), {});
  const std::string old = "{id: portal-2026, file: portal.key}";
  const size_t at = registry.find(old);
  ASSERT_NE(at, std::string::npos) << registry;
  registry.replace(at, old.size(),
                   "{id: portal-2027, file: new.key}\n      - {id: portal-2026, file: portal.key, retired: true}");
  WriteFile(submitters + "/submitters.yaml", registry);
  WriteFile(submitters + "/new.key", "thirty-two other bytes of nobody");
  ASSERT_EQ(::chmod((submitters + "/new.key").c_str(), 0600), 0);

  HandIn(2, 1);
  const auto letters = Json({"dead-letters", "list"});
  ASSERT_EQ(letters["dead_letters"].size(), 1U);
  EXPECT_EQ(letters["dead_letters"][0]["reason"], "wrong_signature");
  EXPECT_EQ(letters["dead_letters"][0]["command_id"], "letter-2");
  const auto verified = Json({"replay", "--verify"});
  EXPECT_EQ(verified["verified"], true);
  EXPECT_GE(verified["signatures"], 1);
  // It takes the old key's file.
  fs::remove(submitters + "/portal.key");
  EXPECT_EQ(Json({"replay", "--verify"})["signatures"], 0);
}

TEST_F(DeadLettersTest, NeedTheOperatorsKey) {
  Init();
  HandIn(1, 1);
  const std::string id = Ids()[0];
  const std::string key = data() + "/dead-letters.key";
  struct stat about {};
  ASSERT_EQ(::stat(key.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);

  const auto finding = [this](const Words& words) {
    const auto report = Rasti(words).json();
    for (const auto& one : report["findings"]) {
      if (one["what"] == "dead-letters") return one["text"].get<std::string>();
    }
    return std::string();
  };
  EXPECT_THAT(finding({"doctor", "--json"}), HasSubstr("which is here"));

  // Kept elsewhere: what is known without it is shown; named, it opens.
  fs::rename(key, root() + "/kept.key");
  EXPECT_THAT(finding({"doctor", "--json"}), HasSubstr("kept elsewhere"));
  const auto closed = Json({"dead-letters", "show", id});
  EXPECT_EQ(closed["reason"], "unknown_submitter");
  EXPECT_TRUE(closed["content"].is_null());
  ExpectRefusal({"dead-letters", "retry", id}, 3, {"dead-letters.key"});
  EXPECT_TRUE(Json({"dead-letters", "show", id, "--key", root() + "/kept.key"})["content"].contains("command"));
  ::chmod((root() + "/kept.key").c_str(), 0644);
  ExpectRefusal({"dead-letters", "show", id, "--key", root() + "/kept.key"}, 6, {"chmod 600"});
  ::chmod((root() + "/kept.key").c_str(), 0600);

  // Another pair: what was sealed before is opened with the old one only.
  const auto made = Json({"dead-letters", "new-key"});
  EXPECT_EQ(made["private"], key);
  ExpectRefusal({"dead-letters", "new-key"}, 2, {"there is a key already"});
  ExpectRefusal({"dead-letters", "show", id, "--key", key}, 2, {"is sealed to the key"});
  ExpectRefusal({"dead-letters", "show", id, "--key", data() + "/submitters/dead-letters.pub"}, 6, {"chmod 600"});
  HandIn(2, 1);
  EXPECT_EQ(Json({"dead-letters", "show", Ids()[1]})["key_id"], made["key_id"]);
  EXPECT_TRUE(Json({"dead-letters", "show", Ids()[1]})["content"].contains("command"));
}

TEST_F(DeadLettersTest, AreToldOfWithoutAKey) {
  Init();
  fs::remove(data() + "/submitters/dead-letters.pub");
  {
    const auto service = StartService();
    HandInTo(1, 1);
    service->Signal(SIGTERM);
    EXPECT_THAT(service->Finish().err, HasSubstr("rasti dead-letters new-key"));
  }
  EXPECT_THAT(Rasti({"doctor"}).out, HasSubstr("rasti dead-letters new-key"));
  const auto letter = Json({"dead-letters", "list"})["dead_letters"][0];
  EXPECT_EQ(letter["reason"], "unknown_submitter");
  EXPECT_EQ(letter["key_id"], "");
  ExpectRefusal({"dead-letters", "retry", letter["id"]}, 3, {"was not kept"});
  EXPECT_EQ(Rasti({"dead-letters", "show", letter["id"]}).exit_code, 0);
  Json({"dead-letters", "discard", letter["id"], "--reason", "unknown"});
  EXPECT_TRUE(Ids().empty());
}

TEST_F(DeadLettersTest, AreAskedForByTheirIds) {
  Init();
  EXPECT_THAT(Rasti({"dead-letters", "list"}).out, HasSubstr("no open dead letters"));
  ExpectRefusal({"dead-letters", "show", "1-99"}, 3, {"no dead letter 1-99", "list --all"});
  ExpectRefusal({"dead-letters", "discard", "1-99", "--reason", "none"}, 3, {"no dead letter 1-99"});
  ExpectRefusal({"dead-letters", "show", "nonsense"}, 2, {"as in 3-1742"});
  ExpectRefusal({"dead-letters", "discard", "1-99"}, 2, {"--reason"});
  WriteFile(data() + "/submitters/dead-letters.pub", "no key");
  ExpectRefusal({"dead-letters", "list"}, 2, {"dead-letters.pub", "64 hexadecimal digits"});
}

}  // namespace
}  // namespace rasti::test
