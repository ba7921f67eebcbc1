// By what resources of this program can be listed: the terms of the index. A term's value is a name, never a number, so
// that the store reads well and outlives renumbering. Pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "common/ledger/types.h"
#include "concerns-service/domain/names.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/evidence.pb.h"
#include "oversight/concerns/v1/force_response.pb.h"
#include "oversight/concerns/v1/national_recommendation.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"
#include "oversight/concerns/v1/theme.pb.h"

namespace oversight::concerns {

inline ledger::Term ForceTerm(const std::string& force) { return {"force", force}; }
inline ledger::Term ConcernTerm(const std::string& concern) { return {"concern", concern}; }
inline ledger::Term RecommendationTerm(const std::string& recommendation) { return {"recommendation", recommendation}; }
inline ledger::Term NationalTerm(const std::string& national) { return {"national", national}; }
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

inline std::vector<ledger::Term> TermsOf(const v1::Revisit& revisit) {
  std::vector<ledger::Term> terms{ForceTerm(ForceOf(revisit.name())), StateTerm(revisit.state())};
  for (const std::string& concern : revisit.concerns()) terms.push_back(ConcernTerm(concern));
  return terms;
}

// What evidence is about, itself or by something below it; and its content, of a force, by hash.
inline ledger::Term AboutTerm(const std::string& subject) { return {"about", subject}; }
inline ledger::Term ContentTerm(const std::string& force, const std::string& sha256) {
  return {"content", force + "/" + absl::BytesToHexString(sha256)};
}

inline std::vector<ledger::Term> TermsOf(const v1::Evidence& evidence) {
  const std::string force = ForceOf(evidence.name());
  std::set<std::string> subjects, hashes{evidence.content().sha256()};
  for (const std::string& subject : evidence.about()) subjects.insert({subject, ConcernOf(subject)});
  for (const auto& content : evidence.earlier_contents()) hashes.insert(content.sha256());
  std::vector<ledger::Term> terms{ForceTerm(force)};
  for (const std::string& subject : subjects) terms.push_back(AboutTerm(subject));
  for (const std::string& sha256 : hashes) terms.push_back(ContentTerm(force, sha256));
  return terms;
}

// Also by each force that it was issued to.
inline std::vector<ledger::Term> TermsOf(const v1::NationalRecommendation& national) {
  std::vector<ledger::Term> terms{StateTerm(national.state()), ThemeTerm(national.theme())};
  for (const std::string& force : national.issued_to()) terms.push_back(ForceTerm(force));
  return terms;
}

inline std::vector<ledger::Term> TermsOf(const v1::NationalItem& item) {
  return {ForceTerm(ForceOf(item.name())), NationalTerm(NationalOf(item.name())), StateTerm(item.state())};
}

inline std::vector<ledger::Term> TermsOf(const v1::ThemeList&) { return {}; }

}  // namespace oversight::concerns
