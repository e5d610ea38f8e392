// Numbers of a register, and responses by templates, as people meet them.
#include <gmock/gmock.h>

#include <set>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class NumbersTest : public RastiTest {
 protected:
  void Init() const {
    const Finished finished =
        Rasti({"init", "--partitions", "4", "--virtual-time", "2026-12-30T09:30:00+01:00", "--packages",
               "workflows/request", "workflows/issue-report", "workflows/calendars/kosovo", "workflows/tenants/ferizaj",
               "workflows/tenants/peje", "workflows/tenants/mlga", "workflows/tzdata/2025b"});
    ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  }
  std::string Submit(const std::string& tenant) const {
    return Json({"submit", "--workflow", "request", "--tenant", tenant, "--category", "residence_certificate",
                 "--title", "Certificate", "--channel", "portal", "--role", "citizen", "--form",
                 R"({"description":"A certificate of residence.","applicant":{"name":"Citizen One"}})"})["reference"];
  }
  void Register(const std::string& reference) const { Json({"act", reference, "register", "--as", "clerk1"}); }
  std::string NumberOf(const std::string& reference) const {
    const auto shown = Json({"show", reference});
    return shown.contains("numbers") && !shown["numbers"].empty() ? shown["numbers"][0].value("text", "") : "";
  }
};

TEST_F(NumbersTest, AreGivenInOrderWithoutAGapForEachTenantAndYear) {
  Init();
  std::vector<std::string> cases;
  for (int i = 0; i < 5; ++i) cases.push_back(Submit("ferizaj"));
  const std::string other = Submit("peje");
  EXPECT_EQ(NumberOf(cases.front()), "") << "before it is registered";
  for (const std::string& reference : cases) Register(reference);
  Register(other);
  std::set<std::string> numbers;
  for (const std::string& reference : cases) numbers.insert(NumberOf(reference));
  EXPECT_THAT(numbers, testing::ElementsAre("1/2026", "2/2026", "3/2026", "4/2026", "5/2026"));
  EXPECT_EQ(NumberOf(other), "1/2026");
  EXPECT_THAT(Rasti({"show", other}).out, HasSubstr("protocol: 1/2026"));

  const auto listed = Json({"numbers", "--tenant", "ferizaj", "--register", "protocol"});
  EXPECT_EQ(listed["total"], 5);
  EXPECT_EQ(listed["period"], "2026");
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(listed["numbers"].at(i)["number"], i + 1);
    const std::string reference = listed["numbers"].at(i)["reference"];
    EXPECT_EQ(NumberOf(reference), std::to_string(i + 1) + "/2026");
  }
  const auto page = Json({"numbers", "--tenant", "ferizaj", "--register", "protocol", "--from", "3", "--limit", "2"});
  EXPECT_EQ(page["numbers"].size(), 2u);
  EXPECT_EQ(page["numbers"].at(0)["number"], 3);
  EXPECT_EQ(page["next"], 5);

  // Nothing of the register is a case for people.
  EXPECT_EQ(Json({"inbox", "--tenant", "ferizaj"})["total"], 5);

  ASSERT_EQ(Rasti({"clock", "advance", "2027-01-05T09:00:00+01:00"}).exit_code, 0);
  const std::string next_year = Submit("ferizaj");
  Register(next_year);
  EXPECT_EQ(NumberOf(next_year), "1/2027");
  EXPECT_EQ(Json({"numbers", "--tenant", "ferizaj", "--register", "protocol", "--year", "2026"})["total"], 5);
  EXPECT_EQ(Rasti({"doctor"}).exit_code, 0);
}

TEST_F(NumbersTest, ARegisterThatNobodyHasIsTold) {
  Init();
  const Finished finished = Rasti({"numbers", "--tenant", "ferizaj", "--register", "protokol"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("no workflow in force has a register 'protokol', did you mean 'protocol'?"));
  EXPECT_EQ(Rasti({"numbers", "--tenant", "nowhere", "--register", "protocol"}).exit_code, 1);
}

TEST_F(NumbersTest, ResponsesAreMadeByTemplates) {
  Init();
  const std::string reference = Submit("ferizaj");
  Register(reference);
  Json({"act", reference, "start_work", "--as", "civil-status.officer1"});

  EXPECT_THAT(Rasti({"responses", reference}).out, AllOf(HasSubstr("document_ready"), HasSubstr("other_body")));
  const auto listed = Json({"responses", reference, "document_ready", "--language", "en"});
  EXPECT_EQ(listed["responses"].at(0)["missing"], nlohmann::json::array({"place"}));
  EXPECT_EQ(Rasti({"responses", reference, "nothing"}).exit_code, 3);

  const Words respond{"act", reference, "respond", "--as", "civil-status.officer1", "--response", "document_ready"};
  const auto with = [&](const Words& more) {
    Words words = respond;
    words.insert(words.end(), more.begin(), more.end());
    return Rasti(words);
  };
  EXPECT_THAT(with({}).err, HasSubstr("the response 'document_ready' lacks 'place'"));
  EXPECT_THAT(with({"--fill", "plaec=x"}).err, HasSubstr("does not ask for 'plaec'; it asks for 'place'"));
  EXPECT_THAT(with({"--fill", "place"}).err, HasSubstr("a name, '=' and a value are wanted"));
  const Finished done = with({"--fill", "place=counter 4", "--language", "en"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_EQ(Json({"show", reference})["stage"], "answered");
  const auto history = Json({"history", reference});
  const auto& events = history["events"];
  bool found = false;
  for (const auto& event : events) {
    if (event["type"] != "response_sent") continue;
    found = true;
    const auto& sent = event["data"];
    EXPECT_EQ(sent["response_template"], "document_ready");
    EXPECT_EQ(sent["outcome"], "granted");
    EXPECT_THAT(sent["text"].get<std::string>(), AllOf(HasSubstr("entered under the number 1/2026"),
                                                       HasSubstr("here: counter 4."), Not(HasSubstr("{{"))));
  }
  EXPECT_TRUE(found) << history.dump(1);
}

}  // namespace
}  // namespace rasti::test
