#include "engine/core/presence.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace rasti::core {
namespace {

sla::Day August(int day) { return sla::Day(2026, 8, day); }

// a -> b -> c, in that order of substitutes.
Tenant Office() {
  Tenant tenant;
  for (const char* id : {"a", "b", "c"}) {
    Person& person = tenant.people.emplace_back();
    person.id = ActorId(id);
    person.handle = id;
  }
  tenant.people[0].substitute = ActorId("b");
  tenant.people[1].substitute = ActorId("c");
  tenant.BuildIndex();
  return tenant;
}

TEST(Presence, SubstitutesStandInOnTheDaysOfAnAbsenceOnly) {
  Tenant tenant = Office();
  const Person& a = tenant.people[0];
  tenant.people[0].absences = {{August(3), August(7), std::nullopt}};
  EXPECT_EQ(StandingOf(tenant, a, August(2)).acting, &a);
  for (const int day : {3, 5, 7}) {
    const Standing standing = StandingOf(tenant, a, August(day));
    EXPECT_EQ(standing.presence, Presence::kAbsent) << day;
    EXPECT_EQ(standing.until, August(7));
    EXPECT_EQ(standing.acting, &tenant.people[1]);
  }
  EXPECT_EQ(StandingOf(tenant, a, August(8)).presence, Presence::kPresent);
  EXPECT_EQ(StandsInFor(tenant, tenant.people[1], August(5)), std::vector<const Person*>{&a});
  EXPECT_TRUE(StandsInFor(tenant, tenant.people[1], August(8)).empty());
}

TEST(Presence, AnAbsenceMayNameItsOwnSubstituteAndFallsBackOnThePersons) {
  Tenant tenant = Office();
  const Person& a = tenant.people[0];
  tenant.people[0].absences = {{August(3), August(7), ActorId("c")}};
  EXPECT_EQ(StandingOf(tenant, a, August(5)).acting->handle, "c");
  tenant.people[2].absences = {{August(5), August(5), std::nullopt}};
  EXPECT_EQ(StandingOf(tenant, a, August(5)).acting->handle, "b");
}

TEST(Presence, ChainsAreFollowedAndCirclesEnd) {
  Tenant tenant = Office();
  const Person& a = tenant.people[0];
  for (size_t i : {size_t{0}, size_t{1}}) tenant.people[i].absences = {{August(1), August(9), std::nullopt}};
  EXPECT_EQ(StandingOf(tenant, a, August(5)).acting->handle, "c");
  EXPECT_EQ(StandsInFor(tenant, tenant.people[2], August(5)).size(), 2u);
  tenant.people[1].substitute = ActorId("a");
  EXPECT_EQ(StandingOf(tenant, a, August(5)).acting, nullptr);
  tenant.people[1].substitute = ActorId("nobody that is known");
  EXPECT_EQ(StandingOf(tenant, a, August(5)).acting, nullptr);
}

TEST(Presence, WhoLeftIsStoodInForButStandsInForNobody) {
  Tenant tenant = Office();
  tenant.people[1].active = false;
  const Standing left = StandingOf(tenant, tenant.people[1], August(5));
  EXPECT_EQ(left.presence, Presence::kLeft);
  EXPECT_FALSE(left.until);
  EXPECT_EQ(left.acting->handle, "c");
  tenant.people[0].absences = {{August(1), August(9), std::nullopt}};
  EXPECT_EQ(StandingOf(tenant, tenant.people[0], August(5)).acting->handle, "c");
}

TEST(Presence, AbsencesThatFollowOnEachOtherAreOne) {
  Tenant tenant = Office();
  tenant.people[0].absences = {{August(3), August(7), std::nullopt},
                               {August(8), August(9), std::nullopt},
                               {August(11), August(12), std::nullopt}};
  EXPECT_EQ(StandingOf(tenant, tenant.people[0], August(3)).until, August(9));
}

// Random directories: some have left, some are away, anybody may be anybody's substitute.
Tenant AnyTenant() {
  Tenant tenant;
  tenant.people.resize(static_cast<size_t>(*rc::gen::inRange(1, 12)));
  const auto any_id = [&]() -> std::optional<ActorId> {
    const int n = *rc::gen::inRange(-3, static_cast<int>(tenant.people.size()) + 1);  // the last one is unknown
    return n < 0 ? std::nullopt : std::optional(ActorId(fmt::format("p{}", n)));
  };
  for (size_t i = 0; i < tenant.people.size(); ++i) {
    Person& person = tenant.people[i];
    person.id = ActorId(fmt::format("p{}", i));
    person.handle = person.id.str();
    person.active = *rc::gen::inRange(0, 5) != 0;
    person.substitute = any_id();
    int day = *rc::gen::inRange(1, 6);
    for (int n = *rc::gen::inRange(0, 3); n > 0; --n) {
      const int last = day + *rc::gen::inRange(0, 5);
      person.absences.push_back({August(day), August(last), any_id()});
      day = last + *rc::gen::inRange(1, 4);
    }
  }
  if (*rc::gen::inRange(0, 2) == 1) tenant.BuildIndex();
  return tenant;
}

bool IsThere(const Person& person, sla::Day day) {
  return person.active && std::ranges::none_of(person.absences, [&](const Absence& absence) {
           return absence.from <= day && day <= absence.to;
         });
}

// Who can be reached by substitutes that are not there, and is there: found without following an order.
bool AnybodyCould(const Tenant& tenant, const Person& person, sla::Day day) {
  std::vector<const Person*> reached{&person};
  for (size_t i = 0; i < reached.size(); ++i) {
    if (reached[i] != &person && IsThere(*reached[i], day)) return true;
    std::vector<std::optional<ActorId>> next{reached[i]->substitute};
    for (const Absence& absence : reached[i]->absences) {
      if (absence.from <= day && day <= absence.to) next.push_back(absence.substitute);
    }
    for (const auto& id : next) {
      const Person* other = id ? tenant.FindPerson(*id) : nullptr;
      if (other != nullptr && std::ranges::find(reached, other) == reached.end()) reached.push_back(other);
    }
  }
  return false;
}

TEST(PresenceProperty, EverybodyStandsSomehowAndOnlyWhoIsThereStandsIn) {
  ASSERT_TRUE(rc::check("standing is total, and right", [] {
    const Tenant tenant = AnyTenant();
    const sla::Day day = August(*rc::gen::inRange(1, 20));
    for (const Person& person : tenant.people) {
      const Standing standing = StandingOf(tenant, person, day);
      RC_ASSERT((standing.presence == Presence::kPresent) == IsThere(person, day));
      RC_ASSERT((standing.presence == Presence::kLeft) == !person.active);
      RC_ASSERT(standing.until.has_value() == (standing.presence == Presence::kAbsent));
      if (standing.presence == Presence::kPresent) {
        RC_ASSERT(standing.acting == &person);
        continue;
      }
      if (standing.until) {
        RC_ASSERT(*standing.until >= day);
        RC_ASSERT(StandingOf(tenant, person, *standing.until).presence == Presence::kAbsent);
        RC_ASSERT(StandingOf(tenant, person, *standing.until + 1).presence == Presence::kPresent);
      }
      RC_ASSERT((standing.acting != nullptr) == AnybodyCould(tenant, person, day));
      if (standing.acting == nullptr) continue;
      RC_ASSERT(standing.acting != &person);
      RC_ASSERT(IsThere(*standing.acting, day));
      const auto stands_for = StandsInFor(tenant, *standing.acting, day);
      RC_ASSERT(std::ranges::find(stands_for, &person) != stands_for.end());
    }
  }));
}

}  // namespace
}  // namespace rasti::core
