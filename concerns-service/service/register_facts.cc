#include "concerns-service/service/register_facts.h"

#include "common/time/partial_date.h"
#include "concerns-service/domain/names.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/inspection.pb.h"

namespace oversight::concerns {

RegisterFacts FactsOf(const rpc::InformerCopy& copy) {
  RegisterFacts facts;
  copy.ForEach<forces::v1::Inspection>("", [&](const forces::v1::Inspection& inspection) {
    // A national inspection stands for each of its forces as an inspection of that force.
    const std::string force = ForceOf(inspection.name());
    if (force.empty() || inspection.state() != forces::v1::INSPECTION_STATE_PUBLISHED) return true;
    for (const auto& area : inspection.report().graded_areas()) {
      if (area.grade() != forces::v1::GRADE_INADEQUATE) continue;
      facts.inadequate.push_back(
          {inspection.name(), inspection.national_inspection(), force, area.title(), area.theme()});
    }
    return true;
  });
  copy.ForEach<forces::v1::Force>("", [&](const forces::v1::Force& force) {
    if (force.has_end_date()) {
      facts.ended.push_back({force.name(), force.successor(), FormatForPeople(force.end_date())});
    }
    return true;
  });
  return facts;
}

}  // namespace oversight::concerns
