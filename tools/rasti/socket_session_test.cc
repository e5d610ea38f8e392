#include "tools/rasti/socket_session.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <thread>

#include "tools/rasti/frame.h"
#include "tools/rasti/request_handler.h"
#include "tools/rasti/scenario/scratch_node.h"
#include "tools/rasti/socket_server.h"
#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::seconds kPatience{60};

template <class T>
T Must(Result<T> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return std::move(result).value();
}

// A socket that answers as it is told to.
class Listener {
 public:
  explicit Listener(SocketServer::Handler handler)
      : directory_(Must(ScratchDirectory::Make("socket", ""))),
        server_(Must(SocketServer::Listen(io_, {.path = path()}, std::move(handler)))),
        thread_([this] { io_.run(); }) {}
  ~Listener() {
    io_.stop();
    thread_.join();
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string path() const { return directory_.path() + "/s"; }

 private:
  ScratchDirectory directory_;
  boost::asio::io_context io_{1};
  std::unique_ptr<SocketServer> server_;
  std::thread thread_;
};

std::vector<codec::PackageFiles> Shipped() {
  std::vector<codec::PackageFiles> packages;
  for (const char* folder :
       {"workflows/coselog", "workflows/tenants/coselog", "workflows/calendars/coselog", "workflows/tzdata/2025b"}) {
    packages.push_back(Must(codec::ReadPackageDirectory(folder)));
  }
  return packages;
}

// What people are shown of it: not all that is counted goes over the wire.
std::string OnWire(const std::vector<views::StatsRow>& rows) {
  v1::Response::Stats wire;
  ToWire(rows, wire);
  return wire.ShortDebugString();
}

// A node, its own answers, and the same over its socket.
class SocketSessionTest : public testing::Test {
 protected:
  std::unique_ptr<SocketSession> Connect(int32_t page_bytes) const {
    return Must(SocketSession::Connect(listener_.path(), node_.key(), page_bytes));
  }
  Session& direct() { return scratch_->session(); }

  codec::Accepted Do(const core::CaseId& id, core::CommandPayload payload) {
    core::Command command;
    command.command_id = core::CommandId(fmt::format("c{}", ++commands_));
    command.case_id = id;
    command.tenant = tenant_;
    command.actor = {core::ActorId("5c1b3c0e-0a57-4d0e-9d0b-8a4f1c6f7e21"), core::Role("officer")};
    command.payload = std::move(payload);
    const auto result = Must(direct().commands().Execute(std::move(command)));
    const auto* rejection = std::get_if<core::Rejection>(&result.outcome);
    EXPECT_EQ(rejection, nullptr) << rejection->message;
    return std::get<codec::Accepted>(result.outcome);
  }
  core::CaseId Submit(const std::string& category, const std::string& title = "A permit") {
    core::SubmitCase submit;
    submit.workflow = core::WorkflowId("coselog");
    submit.title = title;
    submit.category = core::CategoryId(category);
    submit.channel = "desk";
    submit.form = R"({"group":"Group 1"})";
    const core::CaseId id = core::CaseIdFromKey(tenant_, fmt::format("k{}", ++cases_));
    Do(id, submit);
    return id;
  }

  const core::TenantId tenant_{"coselog"};
  const Instant now_ = *ParseInstant("2012-03-05T09:00:00Z");
  int commands_ = 0;
  int cases_ = 0;
  std::unique_ptr<ScratchNode> scratch_ = Must(ScratchNode::Open(Shipped(), now_));
  Node& node_ = dynamic_cast<DirectSession&>(scratch_->session()).engine();
  ServiceLog log_{false, ServiceLog::Level::kWarn};
  Listener listener_{
      [this](v1::Request request, const SocketServer::Answer& answer) { handler_.Handle(std::move(request), answer); }};
  RequestHandler handler_{node_, log_, 2};  // goes first, because its last answers still go to the listener
};

TEST_F(SocketSessionTest, PackagesOfMoreThanAFrameAreAllThere) {
  std::vector<codec::PublishedPackage> versions;
  for (int i = 0; i < 6; ++i) {
    codec::PackageFiles zones = Shipped().back();
    zones.version += fmt::format("-{}", i);
    zones.files["Test/Large"] = "TZif" + std::string(3u << 20, 'x');
    versions.push_back({std::move(zones), now_ + std::chrono::hours(24), now_, "test"});
  }
  Must(direct().Publish(versions));
  const auto all = Must(direct().Packages());
  ASSERT_THAT(all, SizeIs(10));
  const auto session = Connect(kPageBytes);
  EXPECT_TRUE(Must(session->Packages()) == all);
  EXPECT_NE(Must(session->Configuration())->TenantAt(tenant_, now_), nullptr);

  // Who does not ask for pages is told why it gets nothing.
  const auto connection = Must(SocketConnection::Connect(listener_.path()));
  v1::Request whole;
  whole.mutable_packages();
  const auto refused = connection->Call(whole, kPatience);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kOutOfRange);
  EXPECT_THAT(refused.error().message, HasSubstr("does not go over the socket"));
}

TEST_F(SocketSessionTest, WhoAsksAboutThePresentGetsNoTenantsAndCalendarsOfOld) {
  const auto version = [&](size_t of, const char* file, int number, int hours_later) {
    codec::PackageFiles files = Shipped()[of];
    std::string& text = files.files.at(file);
    const std::string first = "version: \"1\"";
    files.version = std::to_string(number);
    text.replace(text.find(first), first.size(), fmt::format("version: \"{}\"", number));
    return codec::PublishedPackage{std::move(files), now_ + std::chrono::hours(hours_later), now_, "test"};
  };
  // The third is never in force: the second holds from the same instant on, and was published later.
  Must(direct().Publish({version(1, "tenant.yaml", 3, 10), version(1, "tenant.yaml", 2, 10),
                         version(1, "tenant.yaml", 4, 100), version(2, "calendar.yaml", 2, 10)}));
  const Status later = direct().AdvanceClock(now_ + std::chrono::hours(48));
  ASSERT_TRUE(later) << later.error().message;

  for (const int32_t page_bytes : {1, kPageBytes}) {
    const auto all = Must(Connect(page_bytes)->Configuration());
    const auto session = Connect(page_bytes);
    const auto present = Must(session->ConfigurationNow());
    for (const int hours : {48, 99, 100, 500}) {
      const Instant at = now_ + std::chrono::hours(hours);
      ASSERT_NE(present->TenantAt(tenant_, at), nullptr) << hours;
      EXPECT_EQ(present->TenantAt(tenant_, at)->version, all->TenantAt(tenant_, at)->version) << hours;
      EXPECT_NE(present->CalendarAt("coselog", at), nullptr) << hours;
      EXPECT_EQ(present->CalendarVersionAt("coselog", at), core::VersionedName("coselog@2")) << hours;
    }
    const Instant before = now_ + std::chrono::hours(1);
    EXPECT_NE(all->TenantAt(tenant_, before), nullptr);
    EXPECT_EQ(present->TenantAt(tenant_, before), nullptr);
    EXPECT_EQ(present->CalendarAt("coselog", before), nullptr);
    EXPECT_NE(present->FindDefinition(core::VersionedName("coselog@1")), nullptr);
    EXPECT_THAT(Must(session->Packages()), SizeIs(8)) << "all versions, when they are asked for";
  }
}

TEST_F(SocketSessionTest, PagesOfAnySizeMakeTheWhole) {
  const core::CaseId id = Submit("General");
  for (const char* category : {"Experts", "General", "Customer contact"}) Submit(category);
  Do(id, core::TakeAction{core::ActionId("confirm_receipt"), "", ""});
  for (const char* what : {"seen", "read", "filed"}) {
    Do(id, core::TakeAction{core::ActionId("record_activity"), fmt::format(R"({{"activity":"{}"}})", what), ""});
  }
  const auto history = Must(direct().History(id.str(), {}));
  ASSERT_GE(history.events.size(), 5u);
  views::StatsQuery query;
  query.bounds = {*ParseInstant("2012-01-31T23:00:00Z"), *ParseInstant("2012-02-29T23:00:00Z"),
                  *ParseInstant("2012-03-31T22:00:00Z"), *ParseInstant("2012-04-30T22:00:00Z")};
  query.by_category = true;
  const auto stats = Must(direct().Stats(query));
  ASSERT_THAT(stats, SizeIs(6)) << "three categories in March and in April";
  const auto cases = Must(direct().ListCases({})).pages;
  ASSERT_THAT(cases, SizeIs(4));

  for (const int32_t page_bytes : {1, 300, 2'000, kPageBytes}) {
    const auto session = Connect(page_bytes);
    EXPECT_TRUE(Must(session->Packages()) == Must(direct().Packages())) << page_bytes;
    EXPECT_TRUE(Must(session->History(id.str(), {})) == history) << page_bytes;
    EXPECT_EQ(OnWire(Must(session->Stats(query))), OnWire(stats)) << page_bytes;
    std::vector<views::CasePage> listed;
    views::CaseQuery of_all;
    do {
      views::CaseList list = Must(session->ListCases(of_all));
      if (page_bytes == 1) {
        EXPECT_THAT(list.pages, SizeIs(1));
      }
      listed.insert(listed.end(), list.pages.begin(), list.pages.end());
      of_all.after = list.next;
    } while (of_all.after && listed.size() <= cases.size());
    EXPECT_TRUE(listed == cases) << page_bytes;
  }
}

TEST_F(SocketSessionTest, AListWhoseTitlesDoNotFitAFrameGoesOnEarlier) {
  constexpr size_t kCases = 220;
  for (size_t i = 0; i < kCases; ++i) Submit("General", std::string(60u << 10, 't'));
  const auto session = Connect(kPageBytes);
  const auto expect_all = [&](auto query, const auto& ask) {
    query.limit = 1'000;
    size_t rows = 0;
    int pages = 0;
    do {
      const auto page = Must(ask(query));
      rows += page.rows.size();
      query.cursor = page.next;
    } while (++pages < 10 && !query.cursor.empty());
    EXPECT_EQ(rows, kCases);
    EXPECT_GT(pages, 1);
  };
  views::InboxQuery inbox;
  inbox.tenant = tenant_;
  expect_all(inbox, [&](const views::InboxQuery& query) { return session->Inbox(query); });
  expect_all(views::DeadlineQuery{}, [&](const views::DeadlineQuery& query) {
    return session->AtRisk(query, now_, now_ + std::chrono::hours(24 * 100));
  });
  size_t listed = 0;
  views::CaseQuery query;
  do {
    const auto list = Must(session->ListCases(query));
    EXPECT_LT(list.pages.size(), kCases);
    listed += list.pages.size();
    query.after = list.next;
  } while (query.after);
  EXPECT_EQ(listed, kCases);
}

TEST_F(SocketSessionTest, AHistoryGoesOnWhereItIsAskedTo) {
  const core::CaseId id = Submit("General");
  Do(id, core::TakeAction{core::ActionId("confirm_receipt"), "", ""});
  const auto history = Must(direct().History(id.str(), {}));
  const auto session = Connect(kPageBytes);
  views::HistoryQuery query;
  query.from = core::Revision{2};
  query.limit = 2;
  for (Session* asked : {&direct(), static_cast<Session*>(session.get())}) {
    const auto page = Must(asked->HistoryFrom(id.str(), query));
    EXPECT_EQ(page.partition, history.partition);
    EXPECT_THAT(page.records, testing::ElementsAre(history.records[1], history.records[2]));
    EXPECT_EQ(page.next, core::Revision{4});
  }
  query.from = core::Revision{static_cast<int64_t>(history.records.size()) + 1};
  for (Session* asked : {&direct(), static_cast<Session*>(session.get())}) {
    const auto beyond = asked->HistoryFrom(id.str(), query);
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(beyond.error().message, HasSubstr(fmt::format("has {} events", history.records.size())));
  }
}

TEST_F(SocketSessionTest, WhoKnowsNoPagesIsAnsweredAtOnce) {
  const core::CaseId id = Submit("General");
  const auto connection = Must(SocketConnection::Connect(listener_.path()));
  v1::Request request;
  request.mutable_history()->set_case_(id.str());
  auto answer = Must(connection->Call(request, kPatience));
  const auto records = Must(direct().History(id.str(), {})).records;
  EXPECT_THAT(answer.history().stored(), testing::ElementsAreArray(records));
  EXPECT_EQ(answer.history().next(), 0);
  request.mutable_packages();
  answer = Must(connection->Call(request, kPatience));
  EXPECT_THAT(answer.packages().packages(), SizeIs(4));
  EXPECT_EQ(answer.packages().next(), 0);
  request.mutable_packages()->set_from(-1);
  EXPECT_EQ(connection->Call(request, kPatience).error().code, ErrorCode::kInvalidArgument);
  request.mutable_packages()->set_from(7);
  EXPECT_THAT(Must(connection->Call(request, kPatience)).packages().packages(), IsEmpty());
}

// Whatever the other end is, a question comes to an end.
TEST(SocketSessionPagesTest, TheSamePageOverAndOverIsNotTaken) {
  const Listener listener([](const v1::Request& request, const SocketServer::Answer& answer) {
    v1::Response response;
    response.set_id(request.id());
    if (request.has_ping()) response.mutable_pong()->set_protocol(kSocketProtocol);
    if (request.has_packages()) {
      response.mutable_packages()->add_packages()->set_kind(v1::PACKAGE_KIND_TZDATA);
      response.mutable_packages()->set_next(1);
    }
    if (request.has_history()) response.mutable_history()->set_next(1);
    if (request.has_stats()) {
      response.mutable_stats()->add_rows()->set_tenant("coselog");
      response.mutable_stats()->set_more(true);
    }
    answer(std::move(response));
  });
  const auto session = Must(SocketSession::Connect(listener.path(), "key"));
  EXPECT_EQ(session->Packages().error().code, ErrorCode::kInternal);
  EXPECT_EQ(session->History("7ZK4-MQ2W-9PAB-X", {}).error().code, ErrorCode::kInternal);
  EXPECT_EQ(session->Stats({}).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace rasti::cli
