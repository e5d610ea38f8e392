// The sample's directories and calendar: parts of SampleWorld (sample_definition.h).
#pragma once

#include "engine/base/result.h"
#include "engine/core/tenant.h"
#include "engine/sla/calendar.h"

namespace rasti::test {

core::Tenant SampleTenant();
core::Tenant SampleMinistry();
/// Reads the zone from workflows/tzdata/2025b. Errors: kNotFound where tests do not run in the project's root.
Result<sla::Calendar> SampleCalendar(int version);

}  // namespace rasti::test
