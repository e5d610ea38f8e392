#include "tools/rasti/hints.h"

#include <fmt/format.h>

#include "engine/core/expression/names.h"

namespace rasti::cli {
namespace {

using core::RejectionCode;
using core::expression::DidYouMean;

template <class List, class Member>
std::vector<std::string_view> NamesOf(const List& list, Member member) {
  std::vector<std::string_view> names;
  for (const auto& item : list) names.push_back((item.*member).view());
  return names;
}

// The name of the command that the code blames, and the names it could have been.
struct Blamed {
  std::string name;
  std::vector<std::string_view> known;
};

Blamed BlamedOf(RejectionCode code, const core::Command& command, const core::Definition* definition,
                const core::Tenant* tenant) {
  if (definition != nullptr) {
    if (const auto* submit = std::get_if<core::SubmitCase>(&command.payload)) {
      if (code == RejectionCode::kUnknownCategory)
        return {submit->category.str(), NamesOf(definition->categories, &core::Category::id)};
      if (code == RejectionCode::kUnknownChannel)
        return {submit->channel, {definition->channels.begin(), definition->channels.end()}};
    }
    if (const auto* correct = std::get_if<core::CorrectCase>(&command.payload)) {
      if (code == RejectionCode::kUnknownCategory && correct->category)
        return {correct->category->str(), NamesOf(definition->categories, &core::Category::id)};
    }
    if (const auto* take = std::get_if<core::TakeAction>(&command.payload)) {
      if (code == RejectionCode::kUnknownAction)
        return {take->action.str(), NamesOf(definition->actions, &core::Action::id)};
    }
    if (code == RejectionCode::kUnknownClock) {
      const auto clocks = NamesOf(definition->clocks, &core::Clock::id);
      if (const auto* extend = std::get_if<core::ExtendClock>(&command.payload)) return {extend->clock.str(), clocks};
      if (const auto* pause = std::get_if<core::PauseClocks>(&command.payload); pause != nullptr && pause->clock)
        return {pause->clock->str(), clocks};
      if (const auto* resume = std::get_if<core::ResumeClocks>(&command.payload); resume != nullptr && resume->clock)
        return {resume->clock->str(), clocks};
    }
    if (const auto* migrate = std::get_if<core::MigrateCase>(&command.payload)) {
      if (code == RejectionCode::kUnknownStage && migrate->stage)
        return {migrate->stage->str(), NamesOf(definition->stages, &core::Stage::id)};
    }
  }
  if (const auto* assign = std::get_if<core::AssignCase>(&command.payload); assign != nullptr && tenant != nullptr) {
    if (code == RejectionCode::kUnknownQueue && assign->to.queue)
      return {assign->to.queue->str(), NamesOf(tenant->queues, &core::Queue::id)};
    if (code == RejectionCode::kUnknownDirectorate && assign->to.directorate)
      return {assign->to.directorate->str(), NamesOf(tenant->directorates, &core::Directorate::id)};
  }
  return {};
}

core::Rejection Unknown(RejectionCode code, std::string_view what, const std::string& name,
                        const std::vector<std::string_view>& known) {
  std::string hint = DidYouMean(name, known);
  if (hint.empty()) {
    hint = known.size() > 12 ? fmt::format("; {} are in force: `rasti packages` lists them", known.size())
                             : fmt::format("; in force: {}", core::expression::JoinNames(known));
  }
  return {code, std::string(what), fmt::format("there is no {} '{}'{}", what, name, hint)};
}

}  // namespace

core::Rejection WithHint(core::Rejection rejection, const core::Command& command,
                         const runtime::Configuration& configuration, const core::Definition* definition, Instant now) {
  const core::Tenant* tenant = configuration.TenantAt(command.tenant, now);
  const Blamed blamed = BlamedOf(rejection.code, command, definition, tenant);
  if (!blamed.name.empty()) rejection.message += DidYouMean(blamed.name, blamed.known);
  return rejection;
}

core::Rejection UnknownQueue(const std::string& name, const core::Tenant& tenant) {
  return Unknown(RejectionCode::kUnknownQueue, "queue", name, NamesOf(tenant.queues, &core::Queue::id));
}

core::Rejection UnknownDirectorate(const std::string& name, const core::Tenant& tenant) {
  return Unknown(RejectionCode::kUnknownDirectorate, "directorate", name,
                 NamesOf(tenant.directorates, &core::Directorate::id));
}

core::Rejection UnknownTenant(const std::string& name, const runtime::Configuration& configuration, Instant now) {
  std::vector<std::string_view> known;
  for (const core::Tenant* tenant : configuration.TenantsAt(now)) known.push_back(tenant->id.view());
  return Unknown(RejectionCode::kUnknownTenant, "tenant", name, known);
}

core::Rejection UnknownWorkflow(const std::string& name, const runtime::Configuration& configuration, Instant now) {
  std::vector<std::string_view> known;
  for (const core::Definition* definition : configuration.DefinitionsAt(now)) known.push_back(definition->id.view());
  return Unknown(RejectionCode::kUnknownWorkflow, "workflow", name, known);
}

Outcome<std::optional<core::TenantId>> GivenTenant(Session& session, const std::string& name) {
  if (name.empty()) return std::optional<core::TenantId>();
  RASTI_TRY(const auto configuration, session.ConfigurationNow());
  RASTI_TRY(const Instant now, session.Now());
  if (configuration->TenantAt(core::TenantId(name), now) == nullptr) {
    return Refuse(UnknownTenant(name, *configuration, now));
  }
  return std::optional(core::TenantId(name));
}

std::vector<std::string> RemarksOnUnknown(const NamesAskedFor& names, const runtime::Configuration& configuration,
                                          Instant now) {
  std::vector<std::string_view> stages;
  std::vector<std::string_view> categories;
  std::vector<std::string_view> clocks;
  for (const core::Definition* definition : configuration.DefinitionsAt(now)) {
    for (const core::Stage& stage : definition->stages) stages.push_back(stage.id.view());
    for (const core::Category& category : definition->categories) categories.push_back(category.id.view());
    for (const core::Clock& clock : definition->clocks) clocks.push_back(clock.id.view());
  }
  for (const core::Overrides* overrides : configuration.OverridesAt(now)) {
    for (const core::CategoryOverride& category : overrides->categories) categories.push_back(category.id.view());
  }
  std::vector<std::string> remarks;
  const auto remark = [&](std::string_view what, const std::string& name, const std::vector<std::string_view>& known) {
    if (name.empty() || std::ranges::find(known, name) != known.end()) return;
    remarks.push_back(fmt::format("note: no workflow in force has a {} '{}'{}", what, name,
                                  core::expression::DidYouMean(name, known)));
  };
  remark("stage", names.stage, stages);
  remark("category", names.category, categories);
  remark("clock", names.clock, clocks);
  return remarks;
}

}  // namespace rasti::cli
