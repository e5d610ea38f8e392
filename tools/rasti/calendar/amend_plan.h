// What is to be published as an amended calendar, and what it will do to the deadlines that run: looked at before
// anything is changed. Threading: one thread.
#pragma once

#include <memory>
#include <string>

#include "engine/codec/package_codec.h"
#include "tools/rasti/calendar/amendment.h"
#include "tools/rasti/calendar/replanning.h"

namespace rasti::cli {

struct AmendOptions {
  std::string calendar;
  AmendmentWish wish;
  std::string effective_from;
  std::string as_version;
  std::string wait = "PT1M";
  int limit = 20;
  bool yes = false;
  bool dry_run = false;
};

struct AmendPlan {
  codec::PublishedPackage base;
  codec::PublishedPackage amended;
  Amendment amendment;
  WholeForecast forecast;
  const sla::Calendar* calendar = nullptr;  // for times on its wall; lives as long as `configuration`
  std::shared_ptr<const runtime::Configuration> configuration;
};

/// Failures: those of FindCalendar and PlanAmendment; exit 2, naming the option; those of the session.
Outcome<AmendPlan> MakeAmendPlan(const Context& context, Session& session, const AmendOptions& options);
void PrintPlan(const Output& out, const AmendPlan& plan, const AmendOptions& options);
nlohmann::ordered_json PlanJson(const AmendPlan& plan, const AmendOptions& options);

}  // namespace rasti::cli
