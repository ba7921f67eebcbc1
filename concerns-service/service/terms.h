// By what resources of this program can be listed: the terms of the index. A term's value is a name, never a number, so
// that the store reads well and outlives renumbering. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/ledger/types.h"
#include "concerns-service/domain/names.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/theme.pb.h"

namespace oversight::concerns {

inline ledger::Term ForceTerm(const std::string& force) { return {"force", force}; }
inline ledger::Term ConcernTerm(const std::string& concern) { return {"concern", concern}; }
inline ledger::Term RecommendationTerm(const std::string& recommendation) { return {"recommendation", recommendation}; }
inline ledger::Term ThemeTerm(const std::string& theme) { return {"theme", theme}; }
// Of any enum: {"state", "CONCERN_STATE_ISSUED"}.
template <class Enum>
ledger::Term EnumTerm(const char* term, Enum value) {
  return {term, google::protobuf::internal::NameOfEnum(google::protobuf::GetEnumDescriptor<Enum>(), value)};
}
inline ledger::Term KindTerm(v1::ConcernKind kind) { return EnumTerm("kind", kind); }
template <class State>
ledger::Term StateTerm(State state) {
  return EnumTerm("state", state);
}

inline std::vector<ledger::Term> TermsOf(const v1::Concern& concern) {
  return {ForceTerm(ForceOf(concern.name())), KindTerm(concern.kind()), StateTerm(concern.state()),
          ThemeTerm(concern.theme())};
}

inline std::vector<ledger::Term> TermsOf(const v1::Recommendation& recommendation) {
  return {ForceTerm(ForceOf(recommendation.name())), ConcernTerm(ConcernOf(recommendation.name())),
          StateTerm(recommendation.state())};
}

inline std::vector<ledger::Term> TermsOf(const v1::ProgressNote& note) {
  return {ForceTerm(ForceOf(note.name())), ConcernTerm(ConcernOf(note.name())),
          RecommendationTerm(RecommendationOf(note.name()))};
}

inline std::vector<ledger::Term> TermsOf(const v1::ForceResponse& response) {
  return {ForceTerm(ForceOf(response.name())), ConcernTerm(ConcernOf(response.name())), StateTerm(response.state())};
}

inline std::vector<ledger::Term> TermsOf(const v1::ThemeList&) { return {}; }

}  // namespace oversight::concerns
