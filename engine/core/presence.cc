#include "engine/core/presence.h"

#include <algorithm>

namespace rasti::core {
namespace {

// How many people are asked before nobody stands in: more than any office has, fewer than a stack minds.
constexpr size_t kAskedMost = 32;

const Absence* AbsenceOn(const Person& person, sla::Day day) {
  for (const Absence& absence : person.absences) {
    if (absence.from <= day && day <= absence.to) return &absence;
  }
  return nullptr;
}

// One after the other, as they follow from each other; nobody is asked twice, so that circles end.
class Search {
 public:
  Search(const Tenant& tenant, sla::Day day) : tenant_(tenant), day_(day) {}

  const Person* InPlaceOf(const Person& person) {
    if (asked_.size() == kAskedMost || std::ranges::find(asked_, &person) != asked_.end()) return nullptr;
    asked_.push_back(&person);
    const Absence* absence = AbsenceOn(person, day_);
    if (absence != nullptr && absence->substitute) {
      if (const Person* found = Ask(*absence->substitute)) return found;
    }
    return person.substitute ? Ask(*person.substitute) : nullptr;
  }

 private:
  const Person* Ask(const ActorId& id) {
    const Person* person = tenant_.FindPerson(id);
    if (person == nullptr) return nullptr;
    if (person->active && AbsenceOn(*person, day_) == nullptr) return person;
    return InPlaceOf(*person);
  }

  const Tenant& tenant_;
  const sla::Day day_;
  std::vector<const Person*> asked_;
};

}  // namespace

Standing StandingOf(const Tenant& tenant, const Person& person, sla::Day day) {
  Standing standing;
  const Absence* absence = AbsenceOn(person, day);
  if (person.active && absence == nullptr) {
    standing.acting = &person;
    return standing;
  }
  standing.presence = person.active ? Presence::kAbsent : Presence::kLeft;
  if (person.active) {
    while (const Absence* next = AbsenceOn(person, absence->to + 1)) absence = next;
    standing.until = absence->to;
  }
  standing.acting = Search(tenant, day).InPlaceOf(person);
  return standing;
}

std::vector<const Person*> StandsInFor(const Tenant& tenant, const Person& person, sla::Day day) {
  std::vector<const Person*> found;
  for (const Person& other : tenant.people) {
    if (&other != &person && StandingOf(tenant, other, day).acting == &person) found.push_back(&other);
  }
  return found;
}

}  // namespace rasti::core
