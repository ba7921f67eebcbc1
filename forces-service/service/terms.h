// By what the resources of this service can be listed: the terms of the index. A term's value is a name, never a
// number, so that the store reads well and outlives renumbering. National inspections have the force "". Pure.
#pragma once

#include <string>
#include <vector>

#include "common/ledger/types.h"
#include "forces-service/service/names.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/inspection.pb.h"
#include "oversight/forces/v1/office_holder.pb.h"
#include "oversight/forces/v1/response_duty.pb.h"

namespace oversight::forces {

inline ledger::Term KindTerm(v1::ForceKind kind) { return {"kind", v1::ForceKind_Name(kind)}; }
inline ledger::Term ServiceTerm(v1::ServiceType service) { return {"service", v1::ServiceType_Name(service)}; }
inline ledger::Term RegionTerm(const std::string& region) { return {"region", region}; }
inline ledger::Term ForceTerm(const std::string& force) { return {"force", force}; }
inline ledger::Term InspectionTerm(const std::string& inspection) { return {"inspection", inspection}; }
inline ledger::Term NationalTerm(const std::string& inspection) { return {"national_inspection", inspection}; }
inline ledger::Term StateTerm(v1::InspectionState state) { return {"state", v1::InspectionState_Name(state)}; }
inline ledger::Term ProgrammeTerm(v1::Programme programme) { return {"programme", v1::Programme_Name(programme)}; }
inline ledger::Term ResponseTerm(bool published) { return {"response", published ? "published" : "none"}; }

inline std::vector<ledger::Term> TermsOf(const v1::Force& force) {
  return {KindTerm(force.kind()), ServiceTerm(force.service()), RegionTerm(force.region())};
}

inline std::vector<ledger::Term> TermsOf(const v1::OfficeHolder& holder) {
  return {ForceTerm(ForceOf(holder.name())), {"office", v1::Office_Name(holder.office())}};
}

inline std::vector<ledger::Term> TermsOf(const v1::Inspection& inspection) {
  return {ForceTerm(ForceOf(inspection.name())), StateTerm(inspection.state()), ProgrammeTerm(inspection.programme()),
          NationalTerm(inspection.national_inspection())};
}

inline std::vector<ledger::Term> TermsOf(const v1::ResponseDuty& duty) {
  return {ForceTerm(ForceOf(duty.name())), InspectionTerm(InspectionOf(duty.name())),
          NationalTerm(duty.national_inspection()), ResponseTerm(duty.has_response())};
}

}  // namespace oversight::forces
