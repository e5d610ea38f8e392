// Registers: gap-free numbers, such as the protocol of an office gives them.
//
// A register is a case of its own, of a workflow that the engine brings (RegisterDefinition): one for each tenant, name
// and period, opened by the first case that asks. Cases ask it by a follow-up; it gives them the next number in the
// order in which they come, in the transaction that decides it, so that no number is given twice or left out. It has
// two events of its opening and then one for each number, nothing else: the number of an event follows from its
// revision.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/core/case_state.h"
#include "engine/core/definition.h"
#include "engine/core/ids.h"

namespace rasti::core {

/// The workflow of registers, "register@1": one stage, no roles, so that nobody acts on them. No package may have its
/// name.
const Definition& RegisterDefinition();
bool IsRegister(const VersionedName& definition);

/// Where the register of a tenant is. `period` is empty for one that never begins anew.
CaseId RegisterCaseId(const TenantId& tenant, std::string_view register_id, std::string_view period);

/// The number that an event of a register gives, by its revision, and the other way round. The last revision of a
/// register that has given none gives 0.
int64_t NumberAt(Revision revision);
Revision RevisionOfNumber(int64_t number);

/// "{number}/{year}" with 815 and "2026": "815/2026". {number:5} fills up with zeros: "00815". Letters, digits and
/// marks stand for themselves. REQUIRES: WhyNoFormat has nothing against the format.
std::string FormatNumber(std::string_view format, int64_t number, std::string_view period);
/// What is wrong with a format, or nothing. A yearly number says its year: it comes again otherwise.
std::optional<std::string> WhyNoFormat(std::string_view format, bool yearly);

}  // namespace rasti::core
