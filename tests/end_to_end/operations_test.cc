// A service as those who run it see it: metrics, health, its log.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/end_to_end/http_client.h"
#include "tests/end_to_end/rasti_fixture.h"
#include "tools/rasti/version.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class OperationsTest : public RastiTest {
 protected:
  struct Service {
    std::unique_ptr<Child> child;
    int port = 0;
  };
  // With metrics on a port that is free.
  Service Start(const Words& more = {}) const {
    Words words = {Program(), "run", "--json", "--data", data(), "--metrics-port", "0"};
    words.insert(words.end(), more.begin(), more.end());
    Service service{std::make_unique<Child>(words), 0};
    EXPECT_TRUE(service.child->WaitForError("\"listening\"")) << service.child->Finish().err;
    service.port = MetricsPortIn(service.child->error_text());
    return service;
  }
};

TEST_F(OperationsTest, CountersEqualWhatWasDone) {
  Init();
  const auto service = Start({"--threads", "1"});
  const auto before =
      ScrapeUntil(service.port, [](const Metrics& metrics) { return metrics.at("rasti_partitions_owned") == 2; });
  EXPECT_EQ(before.at("rasti_commands_total{outcome=\"accepted\"}"), 0);
  EXPECT_EQ(before.at(std::string("rasti_build_info{version=\"") + cli::kVersion + "\",role=\"engine\"}"), 1);
  EXPECT_EQ(before.Sum("rasti_partition_owned"), 2);
  EXPECT_EQ(before.at("rasti_partition_assignments_total"), 2);
  EXPECT_EQ(before.at("rasti_takeover_seconds_count"), 2);
  EXPECT_EQ(before.at("rasti_ready"), 1);

  const std::string first = SubmitPothole({"--key", "letter-1"})["reference"];
  const std::string second = SubmitPothole()["reference"];
  Json({"act", first, "register", "--as", "clerk1"});
  SubmitPothole({"--key", "letter-1"});
  ExpectRefusal({"act", second, "confirm", "--as", "clerk1"}, 1, {"wrong_stage"});
  const size_t events = Json({"history", first})["events"].size() + Json({"history", second})["events"].size();

  const auto after = ScrapeUntil(service.port, [&](const Metrics& metrics) {
    return metrics.Sum("rasti_log_events") == static_cast<double>(events) && metrics.Sum("rasti_view_lag_events") == 0;
  });
  EXPECT_EQ(after.at("rasti_commands_total{outcome=\"accepted\"}"), 3);
  EXPECT_EQ(after.at("rasti_commands_total{outcome=\"repeated\"}"), 1);
  EXPECT_EQ(after.at("rasti_events_total"), static_cast<double>(events));
  EXPECT_GE(after.at("rasti_transactions_total{outcome=\"committed\"}"), 3);
  EXPECT_EQ(after.at("rasti_transactions_total{outcome=\"failed\"}"), 0);
  for (const char* doing : {"polling", "deciding", "writing", "committing", "storing", "other"}) {
    EXPECT_GT(after.at(std::string("rasti_stream_seconds_total{doing=\"") + doing + "\"}"), 0) << doing;
  }
  EXPECT_EQ(after.at("rasti_timers_waiting"), 2);
  EXPECT_LE(after.at("rasti_configuration_age_seconds"), 4);
  EXPECT_GT(after.at("rasti_store_memory_bytes{store=\"views\",use=\"memtables\"}"), 0);
  EXPECT_GT(after.at("rasti_disk_free_bytes"), 0);
  EXPECT_GT(after.at("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(after.at("process_cpu_seconds_total"), 0);
  EXPECT_GT(after.at("process_open_fds"), 3);
  EXPECT_NEAR(after.at("process_start_time_seconds"), static_cast<double>(std::time(nullptr)), 3600);
  StopService(*service.child);
}

TEST_F(OperationsTest, TimersAreCountedWithTheirLateness) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  const auto service = Start();
  SubmitPothole();
  Json({"clock", "advance", "2026-12-15T12:00:00+01:00"});
  const auto metrics = Scrape(service.port);
  const double fired = metrics.at("rasti_timers_fired_total");
  EXPECT_GT(fired, 3);
  EXPECT_EQ(metrics.at("rasti_timer_lateness_seconds_count"), fired);
  EXPECT_EQ(metrics.at("rasti_timer_lateness_seconds_bucket{le=\"+Inf\"}"), fired);
  // The clock leapt by weeks, and each fired when it arrived.
  EXPECT_EQ(metrics.at("rasti_timer_lateness_seconds_bucket{le=\"3600\"}"), 0);
  EXPECT_GT(metrics.at("rasti_timer_lateness_seconds_sum"), 3600 * fired);
  StopService(*service.child);
}

TEST_F(OperationsTest, HealthIsToldOverHttpAndTheAddressToWhoeverAsks) {
  Init();
  const auto service = Start();
  EXPECT_EQ(HttpGet(service.port, "/health/live").status, 200);
  const HttpAnswer ready = HttpGet(service.port, "/health/ready");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.content_type, "application/json");
  EXPECT_EQ(ready.body, "{\"ready\":true,\"reasons\":[]}\n");
  const HttpAnswer head = HttpGet(service.port, "/health/ready", "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(HttpGet(service.port, "/health/ready?verbose=1").status, 200);
  EXPECT_EQ(HttpGet(service.port, "/metrics", "POST").status, 405);
  const HttpAnswer none = HttpGet(service.port, "/");
  EXPECT_EQ(none.status, 404);
  EXPECT_THAT(none.body, HasSubstr("/health/live\n/health/ready\n/metrics\n"));
  EXPECT_THAT(Rasti({"doctor"}).out, HasSubstr("metrics on 127.0.0.1:" + std::to_string(service.port)));
  // A port that is taken is an error before anything is opened.
  const Finished second = Rasti({"run", "--metrics-port", std::to_string(service.port)});
  EXPECT_EQ(second.exit_code, 4);
  EXPECT_THAT(second.err, HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(service.port)));
  StopService(*service.child);
}

TEST_F(OperationsTest, WithoutAPortNothingListens) {
  Init();
  const auto service = StartService();
  EXPECT_THAT(Rasti({"doctor"}).out, Not(HasSubstr("metrics on")));
  EXPECT_THAT(service->error_text(), Not(HasSubstr("\"metrics\"")));
  StopService(*service);
  const Finished wrong = Rasti({"run", "--metrics-port", "0", "--metrics-address", "localhost"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("'localhost' is no address to listen on; such as 127.0.0.1 or ::1"));
}

TEST_F(OperationsTest, TheLogTellsOfTakeoversAndRebuildsAndNeverOfPeople) {
  Init();
  constexpr const char* kName = "Luljeta Recognisable";
  {
    const auto service = Start({"--log-level", "debug"});
    Words words = SubmitWords();
    words.insert(words.end(), {"--role", "citizen"});
    const auto form = std::ranges::find(words, "--form");
    ASSERT_NE(form, words.end());
    *(form + 1) =
        std::string(
            R"({"description":"As deep as a bucket","location":{"address":"Rruga B 17"},"reporter":{"name":")") +
        kName + "\"}}";
    const auto opened = Json(words);
    EXPECT_THAT(Rasti({"show", opened["reference"], "--personal", "--reason", "test", "--as", "clerk1"}).out,
                HasSubstr(kName));
    ExpectRefusal({"act", opened["reference"], "confirm", "--as", "clerk1"}, 1, {"wrong_stage"});
    service.child->Signal(SIGTERM);
    const std::string log = service.child->Finish().err;
    EXPECT_THAT(log, Not(HasSubstr("Luljeta")));
    EXPECT_THAT(log, Not(HasSubstr("Rruga B 17")));
    // Lines are about a case and a command, by their ids.
    EXPECT_THAT(log, HasSubstr("\"event\":\"command\",\"case\":\"" + opened["case_id"].get<std::string>() + "\""));
    EXPECT_THAT(log, HasSubstr("\"outcome\":\"accepted\""));
    EXPECT_THAT(log, HasSubstr("\"event\":\"assigned\",\"partition\":0"));
    EXPECT_THAT(log, HasSubstr("\"event\":\"revoked\",\"partition\":0"));
    std::istringstream lines(log);
    std::string line;
    while (std::getline(lines, line)) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
  std::filesystem::remove_all(data() + "/state");
  const auto service = Start();
  EXPECT_THAT(service.child->error_text(), HasSubstr("\"events_per_s\""));
  const auto metrics = Scrape(service.port);
  EXPECT_GT(metrics.at("rasti_replayed_events_total"), 5);
  StopService(*service.child);
}

}  // namespace
}  // namespace rasti::test
