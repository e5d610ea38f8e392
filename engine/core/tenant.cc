#include "engine/core/tenant.h"

#include <algorithm>

namespace rasti::core {
namespace {

template <class List, class Id, class Member>
auto* Find(const List& list, const Id& id, Member member) {
  const auto found = std::ranges::find(list, id, member);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const Person* Tenant::FindPerson(const ActorId& person_id) const {
  // Before BuildIndex, and where `people` was changed since, the list itself is asked.
  if (person_by_id_.size() != people.size()) return Find(people, person_id, &Person::id);
  const auto found = person_by_id_.find(person_id);
  return found == person_by_id_.end() ? nullptr : &people[found->second];
}

const Person* Tenant::FindHandle(std::string_view handle) const { return Find(people, handle, &Person::handle); }

const Queue* Tenant::FindQueue(const QueueId& queue_id) const { return Find(queues, queue_id, &Queue::id); }

const Directorate* Tenant::FindDirectorate(const DirectorateId& directorate_id) const {
  return Find(directorates, directorate_id, &Directorate::id);
}

void Tenant::BuildIndex() {
  person_by_id_.clear();
  for (size_t i = 0; i < people.size(); ++i) person_by_id_.emplace(people[i].id, i);
}

}  // namespace rasti::core
