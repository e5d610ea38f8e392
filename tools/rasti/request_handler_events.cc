// Questions about events, and about what will become of them.
#include <algorithm>

#include "tools/rasti/calendar/forecast.h"
#include "tools/rasti/events/event_scan.h"
#include "tools/rasti/request_handler.h"

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kViewWait{30'000};
constexpr milliseconds kFollowMost = std::chrono::minutes(5);

}  // namespace

Status RequestHandler::Forecast(const v1::Request::ForecastReplan& ask, v1::Response& response) {
  RASTI_TRY(const ForecastQuery query, FromWire(ask));
  RASTI_CHECKED(engine_.configuration().Refresh());
  RASTI_CHECKED(engine_.views().WaitForEnd(kViewWait));
  const runtime::ConfigurationReader& configuration = engine_.configuration();
  RASTI_TRY(const ForecastPage page, MakeForecast(*engine_.views().shown(), configuration.packages(),
                                                  *configuration.Current(), engine_.clock().Now(), query));
  ToWire(page, *response.mutable_forecast());
  return {};
}

Status RequestHandler::ReadEvents(const v1::Request::ReadEvents& ask, v1::Response& response) {
  RASTI_TRY(const EventQuery query, FromWire(ask));
  RASTI_TRY(EventPage page, cli::ReadEvents(engine_.log(), query));
  ToWire(std::move(page), *response.mutable_events());
  return {};
}

void RequestHandler::Follow(const v1::Request& request, const Answer& answer) {
  const uint64_t id = request.id();
  auto query = FromWire(request.read_events());
  if (!query) return answer(FailureOf(id, query.error()));
  const milliseconds wait = std::min(milliseconds{request.read_events().wait_ms()}, kFollowMost);
  engine_.feed().Follow(*std::move(query), wait, [id, answer](Result<EventPage> page) {
    if (!page) return answer(FailureOf(id, page.error()));
    v1::Response response;
    response.set_id(id);
    ToWire(*std::move(page), *response.mutable_events());
    answer(std::move(response));
  });
}

}  // namespace rasti::cli
