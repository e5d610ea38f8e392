// How the table of a legacy system becomes cases: the mapping that `rasti import` reads. A plain value; thread-safe.
//
// A row is a case. The mapping names its columns, the format and zone of its times, the actions that were taken and
// when, and whether deadlines are the table's own or those that the workflow's rules give.
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

struct ImportMapping {
  MappedName source;  // names the legacy system; together with the key it gives each case its id
  MappedName workflow;
  MappedName tenant;
  std::optional<MappedName> zone;         // of times without an offset; none: that of the tenant's calendar
  std::vector<std::string> time_formats;  // as of strptime, with the extensions of cctz (%E*S, %Ez)
  std::optional<MappedName> role;         // who imports; none: the first role that may
  std::optional<MappedName> person;       // handle in the directory, for roles whose people stand there

  MappedName key;
  MappedName opened;
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

/// The mapping against the table: columns that it does not have, or has twice. `table` names the file in messages.
void CheckImportHeader(const ImportMapping& mapping, const std::vector<std::string>& header, std::string_view table,
                       Issues& issues);

/// The role that imports: the mapping's, or the first that may. REQUIRES: a mapping that was checked without errors.
core::Role ImporterRole(const ImportMapping& mapping, const core::Definition& definition);

}  // namespace rasti::codec
