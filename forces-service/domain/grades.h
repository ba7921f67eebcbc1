// What grades mean: which there are to give in a cycle, what a report may say, and when the grades of two reports may
// be compared. Sources: the inspectorate's pages on how it inspects (five grades since the PEEL cycle 2021/22, four
// before; grades are not comparable between cycles; fire and rescue services are asked questions of their own).
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/rpc/errors.h"
#include "oversight/forces/v1/inspection.pb.h"

namespace oversight::forces {

// The years of a cycle: "2014", "2021/22", "2023-25", "2018-2019". Nothing for any other text.
struct Cycle {
  int first_year = 0;
  int last_year = 0;
  friend bool operator==(const Cycle&, const Cycle&) = default;
};
std::optional<Cycle> ReadCycle(std::string_view text);

// Adds everything that is wrong with what a report of this inspection says, as fields below `report`: an address that
// is none, areas twice, a grade that its scheme does not have, a scheme that its cycle does not have.
void CheckReport(const v1::Inspection& inspection, const v1::InspectionReport& report, Violations& violations);

// The grades of two published reports side by side. Grades that may not be compared are shown and nothing is said of
// how they differ.
v1::GradeComparison CompareGrades(const v1::Inspection& first, const v1::Inspection& second);

}  // namespace oversight::forces
