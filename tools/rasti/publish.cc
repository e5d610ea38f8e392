// `rasti lint`, `rasti publish`, `rasti packages`: configuration as versioned packages.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "tools/rasti/commands.h"
#include "tools/rasti/package_folders.h"

namespace rasti::cli {
namespace {

// For a package to be read, checked and taken in by brokers, more than long enough.
constexpr Duration kTakingIn{50};

struct PublishOptions {
  std::vector<std::string> folders;
  std::string effective_from;
};

// Where a package says its version: the file of its name, and the line in it.
codec::Issue AtVersion(const FoundPackage& package, std::string message) {
  for (const auto& [name, content] : package.files.files) {
    if (!name.ends_with(".yaml")) continue;
    const size_t at = content.starts_with("version:") ? 0 : content.find("\nversion:") + 1;
    if (at == 0 && !content.starts_with("version:")) continue;
    const auto line = 1 + std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return {package.folder + "/" + name, static_cast<int>(line), 1, std::move(message)};
  }
  return {package.folder, 1, 1, std::move(message)};
}

// What `rasti publish` would refuse: a version that is there already says something else.
void CheckPublished(const std::vector<codec::PublishedPackage>& published, PackageScan& scan) {
  for (const FoundPackage& package : scan.packages) {
    const auto same = std::ranges::find_if(published, [&](const codec::PublishedPackage& one) {
      return one.files.kind == package.files.kind && one.files.id() == package.files.id();
    });
    if (same == published.end() || same->files == package.files) continue;
    scan.issues.push_back(
        AtVersion(package, fmt::format("{} {} is published already with other content; what is published never "
                                       "changes: give it a new version",
                                       codec::PackageKindName(package.files.kind), package.files.id().str())));
  }
}

Outcome<void> RunLint(const Context& context, const PublishOptions& options) {
  std::vector<codec::PublishedPackage> published;
  if (!context.data.empty()) {
    RASTI_TRY(const auto session, context.Open());
    RASTI_TRY(published, session->Packages());
    RASTI_CHECKED(session->Close());
  }
  RASTI_TRY(PackageScan scan, ScanPackages(options.folders, published));
  CheckPublished(published, scan);
  PrintIssues(scan.issues, context.out);
  auto packages = nlohmann::ordered_json::array();
  for (const FoundPackage& package : scan.packages) {
    packages.push_back({{"folder", package.folder},
                        {"kind", codec::PackageKindName(package.files.kind)},
                        {"package", package.files.id().str()}});
  }
  context.out.Json({{"packages", std::move(packages)}, {"issues", IssuesJson(scan.issues)}});
  if (scan.HasErrors()) return Refuse(IssuesFailure(scan.issues));
  context.out.Line(fmt::format("{} packages checked, {} warnings", scan.packages.size(), scan.issues.size()));
  return {};
}

// When each of them comes into force: not when that was asked for where the log took it in too late for all nodes to
// know it by then.
Outcome<std::vector<Instant>> InForceFrom(Session& session, const std::vector<codec::PublishedPackage>& packages) {
  RASTI_TRY(const auto known, session.Packages());
  std::vector<Instant> from;
  for (const codec::PublishedPackage& package : packages) {
    const auto found = std::ranges::find(known, package.Key(), &codec::PublishedPackage::Key);
    from.push_back(found == known.end() ? package.effective_from : found->effective_from);
  }
  return from;
}

// "In force from now on" is true for the next command too.
Outcome<void> WaitUntil(Session& session, Instant from) {
  RASTI_TRY(const Instant now, session.Now());
  if (from >= now && !session.virtual_clock()) std::this_thread::sleep_for(from - now + Duration{1});
  return {};
}

Outcome<void> RunPublish(const Context& context, const PublishOptions& options) {
  RASTI_TRY(const auto given, GivenInstant("--effective-from", options.effective_from));
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto known, session->Packages());
  RASTI_TRY(const PackageScan scan, ScanPackages(options.folders, known));
  PrintIssues(scan.issues, context.out);
  if (scan.HasErrors()) {
    context.out.Json({{"issues", IssuesJson(scan.issues)}});
    return Refuse(IssuesFailure(scan.issues));
  }
  RASTI_TRY(const Instant now, session->Now());
  // They are taken in one after the other, and all are to come into force together.
  const Duration slack = session->notice() > Duration{0} ? kTakingIn * std::ssize(scan.packages) : Duration{0};
  const Instant from = given.value_or(now + session->notice() + slack);
  if (from < now) {
    return Misused(fmt::format("--effective-from {}: lies in the past (it is {}); what was decided stays decided",
                               FormatInstant(from), FormatInstant(now)));
  }
  if (from < now + session->notice()) {
    return Misused(
        fmt::format("--effective-from {}: too near for everybody who decides to know it by then (it is {}): "
                    "give {} or later, or leave it out",
                    FormatInstant(from), FormatInstant(now), FormatInstant(now + session->notice())));
  }
  const auto packages = ToPublish(scan, from, now);
  RASTI_TRY(const auto is_new, session->Publish(packages));
  RASTI_TRY(const auto in_force_from, InForceFrom(*session, packages));
  if (!given && session->notice() > Duration{0}) {
    Instant last = kEarliestInstant;
    for (size_t i = 0; i < packages.size(); ++i) {
      if (is_new[i]) last = std::max(last, in_force_from[i]);
    }
    RASTI_CHECKED(WaitUntil(*session, last));
  }
  RASTI_CHECKED(session->Close());
  auto list = nlohmann::ordered_json::array();
  for (size_t i = 0; i < packages.size(); ++i) {
    std::string outcome = "is published already, unchanged";
    if (is_new[i]) {
      const bool is_late = in_force_from[i] > from;
      outcome = fmt::format("published, in force from {}{}", FormatInstant(in_force_from[i]),
                            is_late ? fmt::format(": the log took it in too late for {}", FormatInstant(from)) : "");
    }
    context.out.Line(fmt::format("{} {}", packages[i].Key(), outcome));
    nlohmann::ordered_json entry{{"package", packages[i].Key()}, {"new", static_cast<bool>(is_new[i])}};
    if (is_new[i]) entry["effective_from"] = FormatInstant(in_force_from[i]);
    list.push_back(std::move(entry));
  }
  nlohmann::ordered_json json{{"packages", std::move(list)}};
  if (!scan.issues.empty()) json["issues"] = IssuesJson(scan.issues);
  context.out.Json(json);
  return {};
}

Outcome<void> RunPackages(const Context& context) {
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const auto packages, session->Packages());
  RASTI_TRY(const Instant now, session->Now());
  RASTI_CHECKED(session->Close());
  std::vector<std::vector<std::string>> rows;
  auto list = nlohmann::ordered_json::array();
  for (const codec::PublishedPackage& package : packages) {
    const std::string_view kind = codec::PackageKindName(package.files.kind);
    rows.push_back({std::string(kind), package.files.id().str(),
                    fmt::format("{} {}", package.effective_from <= now ? "in force from" : "comes into force",
                                FormatInstant(package.effective_from))});
    list.push_back({{"kind", kind},
                    {"name", package.files.name},
                    {"version", package.files.version},
                    {"effective_from", FormatInstant(package.effective_from)},
                    {"published_at", FormatInstant(package.published_at)},
                    {"published_by", package.published_by},
                    {"files", package.files.files.size()}});
  }
  for (const std::string& line : Align(rows)) context.out.Line(line);
  if (rows.empty()) context.out.Line("nothing is published yet: rasti publish DIR");
  context.out.Json({{"packages", std::move(list)}});
  return {};
}

}  // namespace

void AddLintCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<PublishOptions>();
  CLI::App* command = AddCommand(app, context, "lint",
                                 "Check packages (workflows, calendars, tenants, time zones) without publishing them; "
                                 "with --data also against what is published",
                                 "  rasti lint workflows/issue-report\n"
                                 "  workflows/issue-report/workflow.yaml:41:11: error: no stage 'clsoed', did you "
                                 "mean 'closed'?",
                                 [&context, options] { return RunLint(context, *options); });
  command->add_option("DIR", options->folders, "Folders of packages; sub-folders are looked through")->required();
}

void AddPublishCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<PublishOptions>();
  CLI::App* command = AddCommand(app, context, "publish",
                                 "Bring new versions of packages into force; a version that was published never "
                                 "changes, and running cases stay on theirs",
                                 "  rasti publish workflows/issue-report --effective-from 2026-12-01T00:00:00+01:00",
                                 [&context, options] { return RunPublish(context, *options); });
  command->add_option("DIR", options->folders, "Folders of packages; sub-folders are looked through")->required();
  command
      ->add_option("--effective-from", options->effective_from,
                   "In force from then on; default: now, which over Kafka is in 5 s, and it may not be sooner")
      ->type_name("TIME");
}

void AddPackagesCommand(CLI::App& app, Context& context) {
  AddCommand(app, context, "packages", "List what is published, and from when it is in force",
             "  rasti packages --json", [&context] { return RunPackages(context); });
}

}  // namespace rasti::cli
