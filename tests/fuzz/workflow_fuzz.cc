// workflow.yaml. What is accepted carries over the log of definitions unchanged, is read the same again, keeps what
// the file promises of itself, and cases can live by it (definition_life.h).
#include <functional>

#include "engine/codec/definition_yaml.h"
#include "engine/codec/package_codec.h"
#include "tests/fuzz/definition_life.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/package_file.h"
#include "tests/fuzz/text_file.h"

namespace rasti::fuzz {
namespace {

constexpr int kLives = 3;
constexpr int kSteps = 12;

void CheckPromises(const core::Definition& definition) {
  RASTI_CHECK(!definition.stages.empty() && !definition.categories.empty(), "a workflow has stages and categories");
  RASTI_CHECK(definition.InitialStage().initial, "a workflow begins somewhere");
  RASTI_CHECK(core::CheckDefinition(definition).empty(), "what was read is consistent");
  for (const core::Action& action : definition.actions) {
    RASTI_CHECK(definition.FindAction(action.id) == &action, "an action is found by its name");
    RASTI_CHECK(action.automatic == action.roles.empty(), "people take the actions that are not automatic");
    for (const core::StageId& from : action.from)
      RASTI_CHECK(definition.FindStage(from), "an action begins in a stage");
  }
  for (const core::Category& category : definition.categories) {
    RASTI_CHECK(definition.FindCategory(category.id) == &category, "a category is found by its name");
  }
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  static const test::SampleWorld world;
  const std::string_view yaml = AsText(data, size);
  codec::Issues issues("workflow.yaml");
  const auto definition = codec::ReadDefinition(yaml, issues);
  RASTI_CHECK(definition.has_value() != issues.HasErrors(), "there is a workflow, or errors");
  CheckIssues(std::move(issues), LinesOf(yaml));
  if (!definition) return 0;
  CheckPromises(*definition);

  const codec::PackageFiles files{codec::PackageKind::kWorkflow,
                                  definition->id.str(),
                                  std::string(core::VersionOf(definition->version)),
                                  {{"workflow.yaml", std::string(yaml)}}};
  const auto loaded = LoadCarried(files);
  RASTI_CHECK(loaded.has_value(), "what was carried over the log can be loaded");
  const auto& again = std::get<core::Definition>(*loaded);
  CheckPromises(again);
  RASTI_CHECK(again.version == definition->version && again.actions.size() == definition->actions.size() &&
                  again.form.schema() == definition->form.schema(),
              "it is the same workflow");

  DefinitionLife life(again, world, std::hash<std::string_view>()(yaml));
  for (int i = 0; i < kLives; ++i) life.Live(kSteps);
  return 0;
}
