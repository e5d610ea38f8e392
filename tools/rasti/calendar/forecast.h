// What an amended calendar will do to the deadlines that run, and what the one in force has still to do: page by page,
// by the planning that the engine itself does. Threading: thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/codec/package_codec.h"
#include "engine/runtime/replan_forecast.h"
#include "engine/views/views.h"
#include "proto/rasti/v1/socket.pb.h"

namespace rasti::cli {

struct ForecastQuery {
  std::string calendar;                            // its name: cases of tenants with another one are left out
  std::optional<codec::PublishedPackage> amended;  // none: what is in force now is looked at
  std::optional<core::TenantId> tenant;            // none: all
  size_t limit = 5'000;                            // running clocks that are looked at
  std::string cursor;                              // `next` of the page before
};

struct ForecastMove {
  core::TenantId tenant;
  core::CaseId case_id;
  runtime::DeadlineMove move;
  bool historic = false;  // imported and not live yet
  bool operator==(const ForecastMove&) const = default;
};

struct ForecastKept {
  core::TenantId tenant;
  core::CaseId case_id;
  std::string reason;
  bool operator==(const ForecastKept&) const = default;
};

struct ForecastPage {
  std::vector<ForecastMove> moves;  // by tenant, then by the deadline of the case that comes first
  std::vector<ForecastKept> kept;   // cases that cannot be planned anew
  int64_t cases = 0;                // that were looked at
  std::string next;                 // empty: there is no more
};

/// `packages` are all that are published, `configuration` what they make. Errors: those of Views::ForEachRunning, and
/// those of ConfigurationReader::Of where the amended package does not go with the others.
Result<ForecastPage> MakeForecast(const views::Views& views, const std::vector<codec::PublishedPackage>& packages,
                                  const runtime::Configuration& configuration, Instant now, const ForecastQuery& query);

void ToWire(const ForecastQuery& query, v1::Request::ForecastReplan& out);
Result<ForecastQuery> FromWire(const v1::Request::ForecastReplan& in);
void ToWire(const ForecastPage& page, v1::Response::Forecast& out);
Result<ForecastPage> FromWire(const v1::Response::Forecast& in);

}  // namespace rasti::cli
