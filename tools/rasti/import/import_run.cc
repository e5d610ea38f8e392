#include "tools/rasti/import/import_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "tools/rasti/import/rejections.h"

namespace rasti::cli {
namespace {

constexpr auto kSettleMost = std::chrono::hours(24);
constexpr auto kProgressEvery = std::chrono::milliseconds(200);

std::vector<std::string> NamesOf(const std::vector<codec::MappedName>& columns) {
  std::vector<std::string> names;
  for (const codec::MappedName& column : columns) names.push_back(column.text);
  return names;
}

std::vector<std::string> PathsOf(const RowSources& sources) {
  std::vector<std::string> paths;
  for (const auto& source : sources) paths.push_back(source->path());
  return paths;
}

// The rejects of one table of cases need no column that says which file it is.
std::vector<std::string> NamedInRejects(const RowSources& sources, const codec::ImportMapping& mapping) {
  return mapping.events || sources.size() > 1 ? PathsOf(sources) : std::vector<std::string>();
}

RowPlace PlaceOf(size_t file, const TableRow& row) { return {file, row.line, row.where, row.raw}; }

}  // namespace

ImportRun::ImportRun(const Context& context, Session& session, const ImportSetting& setting, RowSources sources,
                     const std::string& rejects_path)
    : context_(context),
      session_(session),
      mapping_(*setting.mapping),
      tenant_(setting.tenant->id),
      sources_(std::move(sources)),
      header_(NamesOf(codec::ColumnsOf(mapping_))),
      planner_(setting, header_),
      rejects_(rejects_path, NamedInRejects(sources_, mapping_), sources_.front()->delimiter().character),
      pipeline_(session.commands(), {}, [this](const ImportRow& row) { return Finished(row); }) {
  for (const auto& source : sources_) {
    std::vector<size_t>& places = places_.emplace_back();
    for (const std::string& column : header_) {
      const auto found = std::ranges::find(source->header(), column);
      RASTI_CHECK(found != source->header().end(), "header and mapping were checked");
      places.push_back(static_cast<size_t>(found - source->header().begin()));
    }
  }
  report_.until = setting.until;
  if (!mapping_.events) return;
  events_.emplace(setting, header_, PathsOf(sources_));
  report_.rows_of_events.emplace();
}

Result<ImportReport> ImportRun::Run(bool open_rejects) {
  if (open_rejects) RASTI_CHECKED(rejects_.Open());
  if (events_) RASTI_CHECKED(spill_.Open());
  RASTI_TRY(ends_before_, session_.Ends());
  const InterruptGuard guard;
  Status done = ReadFiles(guard);
  if (done && events_) done = TakeEvents(guard);
  if (done) done = pipeline_.Drain();
  const Status closed = rejects_.Close();
  RASTI_CHECKED(done);
  RASTI_CHECKED(closed);
  context_.out.Progress("bringing the views up to date");
  RASTI_CHECKED(session_.Settle(kSettleMost));
  report_.seconds = Seconds();
  RASTI_TRY(const auto ends, session_.Ends());
  for (size_t i = 0; i < ends.size(); ++i) report_.events += ends[i].value - ends_before_[i].value;
  if (report_.until) {
    RASTI_TRY(report_.tally, session_.Tally(tenant_, std::nullopt, *report_.until));
  }
  context_.out.Progress("");
  if (!open_rejects && report_.rejected == 0 && !report_.interrupted) RemoveOlderRejects();
  return report_;
}

void ImportRun::RemoveOlderRejects() {
  const auto removed = rejects_.RemoveOlder();
  if (!removed) {
    context_.out.Note(fmt::format("note: no row was rejected, but the rejects of an earlier import are still there: {}",
                                  removed.error().message));
  } else if (*removed) {
    context_.out.Note(fmt::format("note: no row was rejected; {} of an earlier import was deleted", rejects_.path()));
  }
}

bool ImportRun::Interrupted(const InterruptGuard& guard) {
  if (!guard.interrupted()) return false;
  report_.interrupted = true;
  pipeline_.Stop();
  return true;
}

Status ImportRun::ReadFiles(const InterruptGuard& guard) {
  for (size_t file = 0; file < sources_.size(); ++file) {
    while (!Interrupted(guard)) {
      RASTI_TRY(auto row, sources_[file]->Next());
      if (!row) break;
      ++report_.rows;
      RASTI_CHECKED(Take(file, *std::move(row)));
      ShowProgress();
    }
  }
  return {};
}

void ImportRun::Project(size_t file, TableRow& row) const {
  std::vector<std::string> fields;
  fields.reserve(header_.size());
  for (const size_t place : places_[file]) fields.push_back(std::move(row.fields[place]));
  row.fields = std::move(fields);
}

Status ImportRun::Take(size_t file, TableRow row) {
  if (!row.fault.empty()) return Reject(RejectedAt(PlaceOf(file, row), row.column, row.fault));
  Project(file, row);
  return events_ ? KeepEvent(file, std::move(row)) : TakeCase(file, row);
}

Status ImportRun::TakeCase(size_t file, const TableRow& row) {
  Plan plan = planner_.PlanRow(row);
  if (const auto* fault = std::get_if<RowFault>(&plan)) {
    return Reject(RejectedAt(PlaceOf(file, row), fault->column, fault->reason));
  }
  if (std::holds_alternative<NotYetOpened>(plan)) {
    ++report_.not_yet_opened;
    return {};
  }
  ImportRow planned;
  planned.rows.push_back(PlaceOf(file, row));
  planned.planned = std::get<PlannedCase>(std::move(plan));
  return pipeline_.Add(std::move(planned));
}

Status ImportRun::KeepEvent(size_t file, TableRow row) {
  const std::string& key = planner_.cells().Cell(row, mapping_.key);
  if (const auto checked = planner_.CheckKey(key); !checked) {
    return Reject(RejectedAt(PlaceOf(file, row), checked.error().column, checked.error().reason));
  }
  const Uuid id = planner_.IdOf(key).uuid;
  // What goes beyond is not kept at all, so that no case takes all memory; the planner refuses the rest of it.
  if (++rows_of_[id] > EventPlanner::kRowsMost + 1) {
    return Reject(RejectedAt(PlaceOf(file, row), mapping_.key.text,
                             fmt::format("a case has at most {} rows", EventPlanner::kRowsMost)));
  }
  return spill_.Add(id.bytes[0] % EventSpill::kParts, {file, std::move(row)});
}

Status ImportRun::TakeEvents(const InterruptGuard& guard) {
  for (size_t part = 0; part < EventSpill::kParts; ++part) {
    if (Interrupted(guard)) return {};
    share_ = static_cast<double>(part) / EventSpill::kParts;
    RASTI_TRY(std::vector<EventRow> rows, spill_.Read(part));
    std::vector<std::vector<EventRow>> cases;
    absl::flat_hash_map<std::string, size_t> known;
    for (EventRow& row : rows) {
      const auto [found, is_new] = known.try_emplace(planner_.cells().Cell(row.row, mapping_.key), cases.size());
      if (is_new) cases.emplace_back();
      cases[found->second].push_back(std::move(row));
    }
    for (std::vector<EventRow>& one : cases) {
      if (Interrupted(guard)) return {};
      RASTI_CHECKED(TakeEventsOf(one));
      one = {};
      ShowProgress();
    }
  }
  return {};
}

Status ImportRun::TakeEventsOf(const std::vector<EventRow>& rows) {
  PlannedEvents planned = events_->PlanRows(rows);
  for (const PlannedEvents::Fault& one : planned.faults) {
    const EventRow& row = rows[one.row];
    RASTI_CHECKED(Reject(RejectedAt(PlaceOf(row.file, row.row), one.fault.column, one.fault.reason)));
  }
  report_.rows_of_events->not_yet_happened += planned.not_yet_happened;
  if (planned.not_yet_opened) ++report_.not_yet_opened;
  if (!planned.planned) return {};
  ImportRow on_its_way;
  for (const EventRow& row : rows) on_its_way.rows.push_back(PlaceOf(row.file, row.row));
  on_its_way.planned = *std::move(planned.planned);
  return pipeline_.Add(std::move(on_its_way));
}

Status ImportRun::Reject(const RejectedRow& row) {
  ++report_.rejected;
  return rejects_.Add(row);
}

Status ImportRun::Finished(const ImportRow& row) {
  for (const RejectedRow& rejected : RejectedBy(row, mapping_)) RASTI_CHECKED(Reject(rejected));
  // A row that is a case goes in as a whole; a log's case is there once it was opened.
  if (!row.first_token || (!events_ && row.stopped())) return {};
  ++report_.cases;
  const auto partition = static_cast<size_t>(row.first_token->partition.value);
  if (partition < ends_before_.size() && row.first_token->sequence < ends_before_[partition]) ++report_.cases_before;
  if (events_) CountEvents(row);
  return {};
}

void ImportRun::CountEvents(const ImportRow& row) {
  EventCounts& events = *report_.rows_of_events;
  int64_t later = 0;
  for (size_t i = 0; i < row.next; ++i) {
    const Origin& origin = row.planned.origins[i];
    const bool refused = std::ranges::find(row.refused, i, &Refusal::command) != row.refused.end();
    if (!origin.of_event || refused) continue;
    ++(origin.note ? events.notes : events.actions);
    if (origin.later) ++later;
  }
  events.later += later;
  if (later > 0) ++events.cases_with_later;
}

void ImportRun::ShowProgress() {
  const auto now = SteadyClock::now();
  if (!context_.out.progress_wanted() || now - shown_ < kProgressEvery) return;
  shown_ = now;
  int64_t read = 0;
  int64_t total = 0;
  for (const auto& source : sources_) {
    read += source->bytes_read();
    total += source->bytes_total();
  }
  const double share = total > 0 ? static_cast<double>(read) / static_cast<double>(total) : 0;
  context_.out.Progress((events_ && !share_ ? "reading " : "") +
                        ProgressText(report_, share_.value_or(share), Seconds()));
}

}  // namespace rasti::cli
