// The sequence of a decision: the acts around it, on all three clocks, made of the versions that the log keeps. Pure.
// Thread safety: free functions over values.
#pragma once

#include <string>
#include <vector>

#include "monitoring-service/domain/known_facts.h"
#include "oversight/common/v1/change.pb.h"
#include "oversight/monitoring/v1/advice.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/disclosure.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"

namespace oversight::monitoring {

// A version of a resource and the act that left it. Of one that was removed by law there is the name, and the act with
// the record of redaction.
template <class T>
struct Recorded {
  T resource;
  common::v1::ChangeInfo change;
};

// Everything there is around a decision, each kind in the order of the log. What is not about the decision may be there
// too and is left out.
struct SequenceRecord {
  std::string decision;            // Its name.
  std::string force_display_name;  // "" when it is not known.
  std::string stage_display_name;  // Of the stage it moves to.
  std::vector<Recorded<v1::Decision>> decisions;
  std::vector<Recorded<v1::Proposal>> proposals;
  std::vector<Recorded<v1::Advice>> advice;
  std::vector<Recorded<v1::Disclosure>> disclosures;
  std::vector<Recorded<v1::Episode>> episodes;  // Of the whole force.
  std::vector<Recorded<v1::Announcement>> announcements;
};

// The answer, without its header. `facts` tells when the concerns were issued and published.
v1::GetDecisionSequenceResponse MakeSequence(const SequenceRecord& record, const KnownFacts& facts,
                                             v1::SequenceClock clock);

}  // namespace oversight::monitoring
