#include <gmock/gmock.h>

#include "engine/core/decide_fixture_for_test.h"
#include "engine/core/register_number.h"

namespace rasti::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NumberRule Protocol() {
  return {.register_id = "protocol",
          .title = {"Protokolli", "Protokol", "Protocol"},
          .when = {.submitted = true, .stage = {}, .action = {}},
          .format = "{number:3}/{year}"};
}

class DecideNumbersTest : public DecideTest {
 protected:
  DecideNumbersTest() { world_.definition.numbers.push_back(Protocol()); }

  Command Asked(const Decision& decision) const {
    EXPECT_EQ(decision.follow_ups.size(), 1u);
    return decision.follow_ups.empty() ? Command() : decision.follow_ups.front().command;
  }
  // The register's decision on what a case asked for; its state is kept here.
  DecideResult Issue(const Command& asked) {
    Config config = config_;
    config.definition = &RegisterDefinition();
    config.versions.definition = RegisterDefinition().version;
    auto decision = core::Decide(config, register_, asked, Time());
    if (decision) register_ = decision->state;
    return decision;
  }
  Decision Answer(const Command& asked, const tl::expected<Revision, Rejection>& outcome) {
    return Take(core::Decide(config_, state_, AnswerTo(asked, outcome).command, Time()));
  }

  CaseState register_;
};

TEST_F(DecideNumbersTest, ACaseAsksARegisterThatTheFirstOneOpens) {
  const Decision submitted = Do(people::Citizen(), SampleSubmit());
  const Command asked = Asked(submitted);
  EXPECT_EQ(asked.case_id, RegisterCaseId(world_.tenant.id, "protocol", "2024"));
  EXPECT_EQ(std::get<NumberRequested>(submitted.events.back().payload).follow_up, asked.command_id);
  ASSERT_EQ(state_.numbers.size(), 1u);
  EXPECT_EQ(state_.numbers.front().number, 0);

  const auto issued = Issue(asked);
  ASSERT_TRUE(issued.has_value()) << issued.error().message;
  EXPECT_THAT(Types(*issued), ElementsAre("case_submitted", "stage_entered", "number_issued"));
  EXPECT_TRUE(IsRegister(register_.definition));
  EXPECT_FALSE(NextTimer(register_).has_value());

  const Decision received = Answer(asked, register_.revision);
  EXPECT_THAT(Types(received), ElementsAre("number_received"));
  EXPECT_EQ(state_.numbers.front().number, 1);
  EXPECT_EQ(state_.numbers.front().text, "001/2024");
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, AnswerTo(asked, register_.revision).command, Time())),
            RejectionCode::kUnknownFollowUp)
      << "the same answer twice";
}

TEST_F(DecideNumbersTest, NumbersAreDenseAndFollowFromRevisions) {
  for (int64_t n = 1; n <= 20; ++n) {
    state_ = {};
    id_ = SampleCaseId(static_cast<int>(n));
    const Command asked = Asked(Do(people::Citizen(), SampleSubmit()));
    const auto issued = Issue(asked);
    ASSERT_TRUE(issued.has_value());
    const auto& number = std::get<NumberIssued>(issued->events.back().payload);
    EXPECT_EQ(number.number, n);
    EXPECT_EQ(number.to, id_);
    EXPECT_EQ(NumberAt(issued->events.back().revision), n);
    EXPECT_EQ(RevisionOfNumber(n), issued->events.back().revision);
  }
}

TEST_F(DecideNumbersTest, ANumberIsAskedForOnceAndComesToEndedCasesToo) {
  world_.definition.numbers.front().when = {.submitted = false, .stage = StageId("open"), .action = {}};
  Submit();
  EXPECT_THAT(state_.numbers, IsEmpty());
  const Command asked = Asked(Do(people::Officer(), Act("open")));
  Do(people::Citizen(), WithdrawCase{"not needed"});
  Answer(asked, Revision{3});
  EXPECT_EQ(state_.status, CaseStatus::kWithdrawn);
  EXPECT_EQ(state_.numbers.front().number, 1);
  EXPECT_THAT(Do(people::Citizen(), ReopenCase{"needed after all"}).follow_ups, IsEmpty());
  EXPECT_EQ(state_.numbers.size(), 1u);
}

TEST_F(DecideNumbersTest, TheYearIsThatOfTheTenantsWall) {
  now_ = *ParseInstant("2026-12-31T23:30:00Z");  // half past midnight there
  EXPECT_EQ(std::get<IssueNumber>(Asked(Do(people::Citizen(), SampleSubmit())).payload).period, "2027");
}

TEST_F(DecideNumbersTest, ARegisterThatNeverBeginsAnewHasNoPeriod) {
  world_.definition.numbers.front().yearly = false;
  world_.definition.numbers.front().format = "no. {number}";
  const Command asked = Asked(Do(people::Citizen(), SampleSubmit()));
  EXPECT_EQ(asked.case_id, RegisterCaseId(world_.tenant.id, "protocol", ""));
  Answer(asked, Revision{3});
  EXPECT_EQ(state_.numbers.front().text, "no. 1");
}

TEST_F(DecideNumbersTest, HistoricCasesAskForNone) {
  SubmitCase submit = SampleSubmit();
  submit.historic = true;
  Command command = Make(people::Migrator(), submit);
  command.occurred_at = now_;
  EXPECT_THAT(Take(core::Decide(config_, state_, command, Time())).follow_ups, IsEmpty());
}

TEST_F(DecideNumbersTest, ARefusalIsKeptInTheHistory) {
  const Command asked = Asked(Do(people::Citizen(), SampleSubmit()));
  const Rejection refusal{RejectionCode::kCaseExists, "register_id", "taken"};
  const Decision refused = Answer(asked, tl::unexpected(refusal));
  EXPECT_THAT(Types(refused), ElementsAre("number_refused"));
  EXPECT_THAT(state_.numbers, IsEmpty());
}

TEST_F(DecideNumbersTest, APlaceThatIsTakenGivesNoNumber) {
  Submit();
  Command asked;
  asked.command_id = CommandId("other/4/0");
  asked.case_id = id_;
  asked.tenant = world_.tenant.id;
  asked.actor = SystemActor();
  asked.payload = IssueNumber{"protocol", "2026", SampleCaseId(9)};
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, asked, Time())), RejectionCode::kCaseExists);
}

TEST_F(DecideNumbersTest, NobodyActsOnARegister) {
  const Command asked = Asked(Do(people::Citizen(), SampleSubmit()));
  Issue(asked);
  Config config = config_;
  config.definition = &RegisterDefinition();
  const std::vector<std::pair<Actor, CommandPayload>> attempts{
      {people::Officer(), AssignCase{.to = {{}, {}, QueueId("roads"), {}}, .reason = ""}},
      {people::Connector(), RecordDelivery{{"x", "email", "delivered", ""}}},
      {people::Officer(), RecordAccess{{"/name"}, "curious"}},
      {SystemActor(), LinkDuplicate{SampleCaseId(3)}},
      {people::Clerk(), CorrectCase{.category = {}, .title = "x", .form_patch = {}, .personal = {}, .reason = ""}}};
  for (const auto& [actor, payload] : attempts) {
    Command command = Make(actor, payload);
    command.case_id = register_.id;
    EXPECT_EQ(CodeOf(core::Decide(config, register_, command, Time())), RejectionCode::kRoleNotAllowed)
        << CommandTypeName(payload);
  }
}

TEST_F(DecideNumbersTest, OnlyTheEngineAsks) {
  Command command = Make(people::Officer(), IssueNumber{"protocol", "2026", id_});
  command.case_id = RegisterCaseId(world_.tenant.id, "protocol", "2026");
  Config config = config_;
  config.definition = &RegisterDefinition();
  EXPECT_EQ(CodeOf(core::Decide(config, {}, command, Time())), RejectionCode::kRoleNotAllowed);
  EXPECT_TRUE(IsFollowUp(command.payload));
}

TEST(RegisterNumber, HasAPlaceOfItsOwnByTenantNameAndPeriod) {
  const TenantId prizren("prizren");
  const CaseId id = RegisterCaseId(prizren, "protocol", "2026");
  EXPECT_EQ(id, RegisterCaseId(prizren, "protocol", "2026"));
  EXPECT_NE(id, RegisterCaseId(prizren, "protocol", "2027"));
  EXPECT_NE(id, RegisterCaseId(prizren, "decisions", "2026"));
  EXPECT_NE(id, RegisterCaseId(TenantId("peje"), "protocol", "2026"));
  EXPECT_NE(id, CaseIdFromKey(prizren, "protocol/2026"));
}

TEST(RegisterNumber, IsWrittenByItsFormat) {
  EXPECT_EQ(FormatNumber("{number}/{year}", 815, "2026"), "815/2026");
  EXPECT_EQ(FormatNumber("05-{number:5}-{year}", 815, "2026"), "05-00815-2026");
  EXPECT_EQ(FormatNumber("{number:2}", 12345, ""), "12345");
}

TEST(RegisterNumber, FormatsThatWouldNotDoAreTold) {
  EXPECT_EQ(WhyNoFormat("{number}/{year}", true), std::nullopt);
  EXPECT_EQ(WhyNoFormat("No. {number:12}", false), std::nullopt);
  EXPECT_THAT(*WhyNoFormat("{year}", true), HasSubstr("{number} is to stand in it once"));
  EXPECT_THAT(*WhyNoFormat("{number}{number}/{year}", true), HasSubstr("once"));
  EXPECT_THAT(*WhyNoFormat("{number}", true), HasSubstr("needs {year}"));
  EXPECT_THAT(*WhyNoFormat("{number}/{year}", false), HasSubstr("begin anew"));
  for (const char* braces : {"{number", "number}", "{{number}}", "{num{ber}"}) {
    EXPECT_THAT(*WhyNoFormat(braces, false), HasSubstr("do not match")) << braces;
  }
  for (const char* name : {"{}", "{numbers}", "{number:}", "{number:0}", "{number:13}", "{number:x}", "{month}"}) {
    EXPECT_THAT(*WhyNoFormat(name, false), HasSubstr("stands for nothing")) << name;
  }
  EXPECT_THAT(*WhyNoFormat(std::string(200, 'x') + "{number}", false), HasSubstr("bytes at most"));
}

}  // namespace
}  // namespace rasti::core
