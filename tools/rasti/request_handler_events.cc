// Questions about events, and about what will become of them.
#include <chrono>

#include "tools/rasti/calendar/forecast.h"
#include "tools/rasti/events/event_scan.h"
#include "tools/rasti/request_handler.h"

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kViewWait{30'000};

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

}  // namespace rasti::cli
