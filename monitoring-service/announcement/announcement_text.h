// The text of an announcement, made from the record: which statements there are, what each says and which facts it
// rests on. The words are those of the templates (data/announcements); this fills them in. Pure. Thread safety: free
// functions over values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "monitoring-service/announcement/announcement_templates.h"
#include "monitoring-service/announcement/fact_values.h"
#include "monitoring-service/domain/known_facts.h"
#include "oversight/forces/v1/force.pb.h"
#include "oversight/forces/v1/office_holder.pb.h"
#include "oversight/monitoring/v1/announcement.pb.h"
#include "oversight/monitoring/v1/ladder.pb.h"
#include "oversight/monitoring/v1/monitoring.pb.h"

namespace oversight::monitoring {

// What an announcement is made from and held against. References must outlive it.
struct MoveFacts {
  const v1::Decision& decision;
  const v1::Ladder& ladder;  // That of the decision.
  const forces::v1::Force& force;
  // The episode that the decision ends, or will end; nothing when it ends none.
  const v1::Episode* ended = nullptr;
  const KnownFacts& known;
  const RecordedFacts& recorded;
};

using StatementList = google::protobuf::RepeatedPtrField<v1::Statement>;
using StatementFacts = google::protobuf::RepeatedPtrField<v1::FactReference>;
using QuotationList = google::protobuf::RepeatedPtrField<v1::Quotation>;

// From the stages of the decision in its ladder.
v1::AnnouncementKind KindOf(const v1::Decision& decision, const v1::Ladder& ladder);
// The name of a stage; its id when the ladder does not have it.
std::string StageName(const v1::Ladder& ladder, const std::string& id);
const v1::Stage* FindStage(const v1::Ladder& ladder, const std::string& id);
// The title of who decides, from the constants of the template: there are two, for police and for fire.
std::string DeciderTitle(const v1::AnnouncementTemplate& of, const forces::v1::Force& force);

// A cause of concern that is public and still open when the force leaves: as the ended episode says once the move is
// made, and by the concerns as they are until then. One that is not public is not told by the announcement either.
struct StillOpen {
  std::string title;
  std::string resource;  // The fact: the episode, or the concern.
  std::string field;
  std::string concern;
};
std::vector<StillOpen> OpenCauses(const MoveFacts& facts);
// The index in `decision.reason_outcomes` of each reason that is carried forward.
std::vector<int> CarriedForward(const v1::Decision& decision);
// The words of a reason of the ended episode.
std::string ReasonText(const MoveFacts& facts, const std::string& id);

// Whether a statement of an announcement may rest on this resource: one of the announcement's own force, a ladder, the
// log, or a national report. What is known of another force may not be public.
bool MayRestOn(const std::string& fact, const MoveFacts& facts);

// The facts that a statement of the template rests on, one that is made once and not for each of a list.
StatementFacts FactsOf(const v1::StatementTemplate& statement, const MoveFacts& facts, const v1::RecordHead& head);

// Whether a statement of the template is to be there, by its `when`.
bool Applies(const v1::StatementTemplate& statement, const MoveFacts& facts);

// Whether the speaker holds an office for the force when the move takes effect.
bool InOffice(const forces::v1::OfficeHolder& speaker, const MoveFacts& facts);

// Every statement, in the order of the text. INVALID_FIELDS for a speaker who is not known, of another force, or not in
// office.
absl::StatusOr<StatementList> Generate(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                       const QuotationList& quotations, const v1::RecordHead& head);

// The whole text.
std::string LayOut(const AnnouncementTemplates& templates, const StatementList& statements);

}  // namespace oversight::monitoring
