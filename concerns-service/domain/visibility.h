// What was ever issued. Drafts, and drafts that were withdrawn, are known inside the inspectorate only; everyone else
// who may see a force's record sees what was issued to it. Pure functions; thread-safe.
#pragma once

#include "oversight/concerns/v1/concern.pb.h"
#include "oversight/concerns/v1/national_recommendation.pb.h"
#include "oversight/concerns/v1/recommendation.pb.h"
#include "oversight/concerns/v1/revisit.pb.h"

namespace oversight::concerns {

// Whether this version stands at or after issue.
bool WasIssued(const v1::Concern& concern);
bool WasIssued(const v1::Recommendation& recommendation);
bool WasIssued(const v1::NationalRecommendation& recommendation);

// Whether this version is the issue itself: the first that an outsider sees. Told by what issued things gain later,
// since every verb after issue leaves its mark (handling, publication, supersession, claim, extension, closure).
bool IsFirstIssued(const v1::Concern& concern);
bool IsFirstIssued(const v1::Recommendation& recommendation);
bool IsFirstIssued(const v1::NationalRecommendation& recommendation);

// The same of a revisit: outsiders know of it from the letter on.
bool WasSent(const v1::Revisit& revisit);
bool IsFirstSent(const v1::Revisit& revisit);

}  // namespace oversight::concerns
