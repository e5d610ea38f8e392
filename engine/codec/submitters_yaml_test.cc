#include "engine/codec/submitters_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::codec {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> ErrorsOf(std::string_view yaml) {
  Issues issues("submitters.yaml");
  EXPECT_FALSE(ReadSubmitters(yaml, issues));
  std::vector<std::string> errors;
  for (const Issue& issue : std::move(issues).Take()) errors.push_back(issue.ToString());
  return errors;
}

TEST(SubmittersYaml, ReadsWhoMaySpeakForWhom) {
  Issues issues("submitters.yaml");
  const auto entries = ReadSubmitters(R"(
submitters:
  - id: portal
    keys:
      - {id: portal-2026, file: portal-2026.key}
      - {id: portal-2025, file: /etc/rasti/portal-2025.key, retired: true}
    tenants: [prishtine, mlga]
    roles: [citizen]
  - id: local
    keys: [{id: local, file: local.key}]
)",
                                      issues);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  const SubmitterEntry& portal = entries->front();
  EXPECT_EQ(portal.id.str(), "portal");
  ASSERT_EQ(portal.keys.size(), 2U);
  EXPECT_EQ(portal.keys[0].file, "portal-2026.key");
  EXPECT_FALSE(portal.keys[0].retired);
  EXPECT_TRUE(portal.keys[1].retired);
  EXPECT_THAT(portal.tenants, ElementsAre(core::TenantId("prishtine"), core::TenantId("mlga")));
  EXPECT_THAT(portal.roles, ElementsAre(core::Role("citizen")));
  EXPECT_THAT(entries->back().tenants, IsEmpty());
  EXPECT_THAT(entries->back().roles, IsEmpty());
}

TEST(SubmittersYaml, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(ErrorsOf("submitters:\n  - keys: [{id: k, file: k.key}]\n"), ElementsAre(HasSubstr("2:5: error")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: []}\n"), ElementsAre(HasSubstr("at least one key")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: [{id: k}]}\n"), ElementsAre(HasSubstr("file")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: [{id: k, file: f}, {id: k, file: g}]}\n"),
              ElementsAre(HasSubstr("two keys 'k'")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: [{id: k, file: f}]}\n  - {id: a, keys: [{id: k, file: f}]}\n"),
              ElementsAre(HasSubstr("3:10: error: there are two submitters 'a'")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: [{id: k, file: f}], tenants: []}\n"),
              ElementsAre(HasSubstr("leave `tenants` out")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: [{id: k, file: f}], roles: [system]}\n"),
              ElementsAre(HasSubstr("only the engine")));
  EXPECT_THAT(ErrorsOf("submitters:\n  - {id: a, keys: [{id: k, file: f}], role: [clerk]}\n"),
              ElementsAre(HasSubstr("did you mean 'roles'")));
  EXPECT_THAT(ErrorsOf("submitters: 3\n"), ElementsAre(HasSubstr("list")));
}

}  // namespace
}  // namespace rasti::codec
