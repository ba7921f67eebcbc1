// The parts of a force's dashboard as text for people, each ending in an empty line, or "" when there is nothing of it.
// Names are shown below the force's own. Pure functions of the message, which must outlive the object.
#pragma once

#include <string>

#include "oversight/gateway/v1/dashboard.pb.h"

namespace oversight::cli {

// "open: 4 causes of concern (0 accelerated), ...", or that it is not known when the section of the record of concerns
// is UNAVAILABLE: nothing is not the same as not known.
std::string CountsText(const gateway::v1::ConcernCounts& counts,
                       const google::protobuf::RepeatedPtrField<gateway::v1::SectionStatus>& sections);

class ForcePageParts {
 public:
  explicit ForcePageParts(const gateway::v1::ForceDashboard& dashboard) : dashboard_(dashboard) {}

  // Names, state, oversight body, who holds which office.
  std::string Facts() const;
  // The stage, its reasons, decisions and proposals.
  std::string Stage() const;
  // What is open, by theme too.
  std::string Counted() const;
  // Each concern with its recommendations and responses.
  std::string Concerns() const;
  // What was recommended to all or many forces.
  std::string National() const;
  std::string Due() const;
  // Those that are out, and for the inspectorate those that are being written.
  std::string Announcements() const;
  // With the latest rating and how far each has slipped.
  std::string Plans() const;
  // When the next is due, those held, and the actions to be done.
  std::string Meetings() const;
  std::string Support() const;
  std::string Revisits() const;
  std::string Inspections() const;
  std::string Duties() const;
  std::string Evidence() const;
  std::string Advice() const;
  std::string Disclosures() const;
  std::string Inconsistencies() const;
  std::string History() const;

 private:
  // "forces/kent/concerns/3" -> "concerns/3".
  std::string Short(const std::string& name) const;
  std::string ShortAll(const google::protobuf::RepeatedPtrField<std::string>& names) const;
  std::string ConcernLines(const concerns::v1::Concern& concern) const;

  const gateway::v1::ForceDashboard& dashboard_;
};

}  // namespace oversight::cli
