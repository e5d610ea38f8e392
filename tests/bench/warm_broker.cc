#include "tests/bench/warm_broker.h"

#include <chrono>

#include "tests/bench/bare_kafka.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr std::chrono::seconds kWarmUp{20};
constexpr int kSubmitters = 64;
constexpr int64_t kCommandsAtOnce = 1'000;

const test::KafkaBroker& Warmed() {
  const test::KafkaBroker& broker = *Must(test::KafkaBroker::Instance());
  std::fprintf(stderr, "the broker is warmed up for %lld s\n", static_cast<long long>(kWarmUp.count()));
  const log::KafkaLogOptions options = KafkaLogNamed(broker.bootstrap(), "warm-up");
  Shape shape;
  shape.per_batch = 8;
  shape.events_per_command = 3;
  shape.events = {{{}, std::string(400, 'e'), {}}};
  const BareLoop loop(options, shape);
  // Every kind of request is made: submitters wait for their answers.
  const auto log = Must(log::KafkaEventLog::Open(options));
  const auto until = std::chrono::steady_clock::now() + kWarmUp;
  for (int64_t done = 0; std::chrono::steady_clock::now() < until; done += kCommandsAtOnce) {
    RunClosedLoop(*log, kSubmitters, kCommandsAtOnce, [&](int64_t n) { return SubmitCommand(done + n); });
  }
  Must(log->Close());
  return broker;
}

}  // namespace

const test::KafkaBroker& WarmBroker() {
  static const test::KafkaBroker& broker = Warmed();
  return broker;
}

}  // namespace rasti::bench
