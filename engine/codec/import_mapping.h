// How the table of a legacy system becomes cases: the mapping that `rasti import` reads. A plain value; thread-safe.
//
// A row is a case, or an event of one. The mapping names the columns, the format and zone of times, the actions that
// were taken and when, and whether deadlines are the table's own or those that the workflow's rules give.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/issue.h"
#include "engine/core/definition.h"
#include "engine/core/ids.h"
#include "engine/core/tenant.h"

namespace rasti::codec {

/// A name that the mapping uses, and where it stands.
struct MappedName {
  std::string text;
  Mark mark;
  bool operator==(const MappedName&) const = default;
};

/// What a cell holds.
enum class CellType : uint8_t { kText, kInteger, kNumber, kBoolean, kTime };

/// Where a value comes from: a column, or the mapping itself.
struct MappedValue {
  std::optional<MappedName> column;
  std::string fixed;                         // without a column
  std::map<std::string, MappedName> values;  // what stands in the table -> what it means; empty: taken as it stands
  std::optional<MappedName> otherwise;       // for an empty cell, and for what `values` does not list
  CellType type = CellType::kText;
  int digits = 0;  // kText: a whole number that lost its leading zeros ("2127.0") gets them back ("02127")
  Mark mark;
};

/// A field of the form or of an action.
struct MappedField {
  MappedName name;   // as the mapping writes it: "location.lat"
  std::string path;  // JSON Pointer: "/location/lat"
  MappedValue value;
};

struct MappedDeadline {
  MappedName clock;
  MappedName column;  // an empty cell: the clock does not run for this case
};

struct MappedAction {
  MappedName action;
  MappedName at;  // column; an empty cell: it was not taken
  std::vector<MappedField> fields;
};

enum class TableEncoding : uint8_t { kUtf8, kLatin1, kWindows1250, kWindows1251, kWindows1252 };

/// What an activity of an event log becomes.
struct MappedActivity {
  MappedName action;  // of the workflow; empty: the activity is recorded as a note
  std::vector<MappedField> fields;
  bool else_note = false;  // a note where the case stands in a stage in which the action is not possible
};

/// What to do with a row of an event log that cannot be read or is refused.
enum class FaultyRows : uint8_t {
  kLeaveOut,  // its case goes in without it
  kHoldCase,  // nothing of its case goes in (unreadable), or nothing more (refused), so that it can be mended
};

/// Rows that are events. What the rest of the mapping says of the case stands in each of its rows, or in some of them.
struct EventRows {
  MappedName activity;
  MappedName time;
  std::optional<MappedName> resource;  // who or what did it, as a field `resource`; nobody of the directory
  std::optional<MappedName> event;     // the event's own id; none: rows of the same activity and time are counted
  std::map<std::string, MappedActivity> activities;
  bool other_is_note = false;          // what `activities` does not list; otherwise such a row is a fault
  std::optional<MappedActivity> note;  // the action that records a note
  FaultyRows faulty_rows = FaultyRows::kLeaveOut;
};

struct ImportMapping {
  MappedName source;  // names the legacy system; together with the key it gives each case its id
  MappedName workflow;
  MappedName tenant;
  std::optional<MappedName> zone;         // of times without an offset; none: that of the tenant's calendar
  std::vector<std::string> time_formats;  // as of strptime, with the extensions of cctz (%E*S, %Ez)
  std::optional<MappedName> role;         // who imports; none: the first role that may
  std::optional<MappedName> person;       // handle in the directory, for roles whose people stand there

  TableEncoding encoding = TableEncoding::kUtf8;
  std::optional<char> delimiter;  // of CSV files; none: told by their first lines
  char decimal = '.';             // between a number's whole part and its fraction; else ','

  std::optional<EventRows> events;  // none: a row is a case
  MappedName key;                   // of the case
  MappedName opened;                // may be empty where rows are events: the first one opens the case
  std::optional<MappedName> received;
  MappedValue title;
  MappedValue category;
  MappedValue channel;
  std::optional<MappedValue> queue;
  std::optional<MappedValue> assignee;  // handle
  std::optional<MappedName> subject;    // column of subject ids; none: each case has a subject of its own
  std::vector<MappedField> form;
  std::vector<MappedDeadline> deadlines;  // empty: computed by the workflow's rules
  std::vector<MappedAction> actions;
};

/// The mapping, or nothing where there are errors.
std::optional<ImportMapping> ReadImportMapping(std::string_view yaml, Issues& issues);

/// The mapping against what is in force: names that workflow or tenant do not have, roles that may not import.
void CheckImportMapping(const ImportMapping& mapping, const core::Definition& definition, const core::Tenant& tenant,
                        Issues& issues);

/// The field that a column of the event row gives by its name alone, where the action has such a field: `activity` and
/// `resource`. REQUIRES: rows that are events.
std::vector<MappedField> ImpliedFields(const EventRows& events, const MappedActivity& activity,
                                       const core::Action& action);

/// The columns that the mapping names, each once, in the order in which it does.
std::vector<MappedName> ColumnsOf(const ImportMapping& mapping);
/// Of these, those that say something of the case as a whole.
std::vector<MappedName> CaseColumnsOf(const ImportMapping& mapping);

/// The mapping against the table: columns that it does not have, or has twice. `table` names the file in messages.
void CheckImportHeader(const ImportMapping& mapping, const std::vector<std::string>& header, std::string_view table,
                       Issues& issues);

/// The role that imports: the mapping's, or the first that may. REQUIRES: a mapping that was checked without errors.
core::Role ImporterRole(const ImportMapping& mapping, const core::Definition& definition);

}  // namespace rasti::codec
