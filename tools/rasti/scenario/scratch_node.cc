#include "tools/rasti/scenario/scratch_node.h"

#include "tools/rasti/package_folders.h"

namespace rasti::cli {

Result<std::unique_ptr<ScratchNode>> ScratchNode::Open(const std::vector<codec::PackageFiles>& packages,
                                                       Instant begins_at) {
  RASTI_TRY(ScratchDirectory directory, ScratchDirectory::Make("test", ""));
  std::unique_ptr<ScratchNode> scratch(new ScratchNode(std::move(directory)));
  const DataPaths paths(scratch->directory_.path() + "/data");
  NewDirectory wanted;
  wanted.partitions = 1;
  wanted.virtual_start = begins_at;
  wanted.created_at = begins_at;
  RASTI_CHECKED(CreateDataDirectory(paths, wanted));
  NodeOptions options;
  options.scratch = true;
  RASTI_TRY(auto node, Node::Open(paths, std::move(options)));
  scratch->session_ = std::make_unique<DirectSession>(std::move(node));
  std::vector<codec::PublishedPackage> published;
  for (const codec::PackageFiles& files : packages) published.push_back({files, begins_at, begins_at, kLocalPublisher});
  RASTI_CHECKED(scratch->session_->Publish(published));
  return scratch;
}

}  // namespace rasti::cli
