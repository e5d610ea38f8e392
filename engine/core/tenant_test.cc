#include "engine/core/tenant.h"

#include <gtest/gtest.h>

namespace rasti::core {
namespace {

TEST(Tenant, FindsPeopleQueuesAndDirectorates) {
  Tenant tenant;
  tenant.directorates = {{DirectorateId("services"), {}}};
  tenant.queues = {{QueueId("roads"), DirectorateId("services"), {}}};
  tenant.people.resize(2);
  tenant.people[0].id = ActorId("a");
  tenant.people[0].handle = "clerk1";
  tenant.people[1].id = ActorId("b");
  tenant.people[1].handle = "roads.officer1";

  for (const bool indexed : {false, true}) {
    if (indexed) tenant.BuildIndex();
    EXPECT_EQ(tenant.FindPerson(ActorId("b")), &tenant.people[1]);
    EXPECT_EQ(tenant.FindPerson(ActorId("c")), nullptr);
  }
  EXPECT_EQ(tenant.FindHandle("clerk1"), &tenant.people[0]);
  EXPECT_EQ(tenant.FindHandle("clerk2"), nullptr);
  EXPECT_EQ(tenant.FindQueue(QueueId("roads")), &tenant.queues[0]);
  EXPECT_EQ(tenant.FindQueue(QueueId("waste")), nullptr);
  EXPECT_EQ(tenant.FindDirectorate(DirectorateId("services")), &tenant.directorates[0]);
  EXPECT_EQ(tenant.FindDirectorate(DirectorateId("tax")), nullptr);
}

TEST(Tenant, FindsPeopleAddedAfterTheIndexWasBuilt) {
  Tenant tenant;
  tenant.BuildIndex();
  tenant.people.resize(1);
  tenant.people[0].id = ActorId("a");
  EXPECT_EQ(tenant.FindPerson(ActorId("a")), &tenant.people[0]);
}

}  // namespace
}  // namespace rasti::core
