#include "tools/rasti/holder_options.h"

#include "tools/rasti/hints.h"
#include "tools/rasti/people.h"

namespace rasti::cli {
namespace {

using views::InboxList;

Outcome<std::vector<views::InboxPlace>> PlacesOfDirectorate(const std::string& name, const core::Tenant& tenant) {
  const core::DirectorateId id(name);
  if (tenant.FindDirectorate(id) == nullptr) return Refuse(UnknownDirectorate(name, tenant));
  std::vector<views::InboxPlace> places{{InboxList::kDirectorate, name}};
  for (const core::Queue& queue : tenant.queues) {
    if (queue.directorate == id) places.push_back({InboxList::kQueue, queue.id.str()});
  }
  return places;
}

}  // namespace

void HolderOptions::AddTo(CLI::App& command) {
  command.add_option("--queue", queue, "Only of this queue");
  command.add_flag("--unclaimed", unclaimed, "Of the queue, only what nobody has taken");
  command.add_option("--person", person, "What this person has taken")->type_name("WHO");
  command.add_option("--directorate", directorate, "What this directorate and its queues hold");
  command.add_flag("--nobody", nobody, "What nobody holds");
}

Outcome<Holders> ResolveHolders(const HolderOptions& options, const core::Tenant& tenant,
                                const core::Tenant* overseer) {
  const int named = static_cast<int>(!options.person.empty()) + static_cast<int>(!options.directorate.empty()) +
                    static_cast<int>(options.nobody);
  if (named > 1) return Misused("--person, --directorate and --nobody exclude each other");
  if (options.unclaimed && options.queue.empty()) return Misused("--unclaimed: say of which --queue");
  if (!options.queue.empty() && tenant.FindQueue(core::QueueId(options.queue)) == nullptr) {
    return Refuse(UnknownQueue(options.queue, tenant));
  }
  Holders holders;
  if (named == 1 && !options.queue.empty()) holders.queue = core::QueueId(options.queue);
  if (!options.person.empty()) {
    RASTI_TRY(const Colleague colleague, ResolveColleague(options.person, tenant, overseer));
    holders.places.push_back({InboxList::kPerson, colleague.id.str()});
  } else if (!options.directorate.empty()) {
    RASTI_TRY(holders.places, PlacesOfDirectorate(options.directorate, tenant));
  } else if (options.nobody) {
    holders.places.push_back({InboxList::kNobody, ""});
  } else if (!options.queue.empty()) {
    holders.places.push_back({options.unclaimed ? InboxList::kUnclaimed : InboxList::kQueue, options.queue});
  }
  return holders;
}

}  // namespace rasti::cli
