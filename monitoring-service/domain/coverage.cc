#include "monitoring-service/domain/coverage.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

constexpr char kRefresh[] = "RefreshAnnouncement makes the text anew.";

// For finding words whatever their case, spaces and last mark.
std::string Folded(const std::string& text) {
  std::string folded = FoldCase(Tidy(text));
  while (!folded.empty() && (folded.back() == '.' || folded.back() == ';' || folded.back() == ',')) folded.pop_back();
  return folded;
}

// The runs of digits in a text, without zeros in front: "24 November 2023" has the same as "2023-11-24" but for 11.
std::set<std::string> NumbersIn(const std::string& text) {
  std::set<std::string> numbers;
  std::string run;
  const auto end = [&] {
    if (run.empty()) return;
    run.erase(0, std::min(run.find_first_not_of('0'), run.size() - 1));
    numbers.insert(std::exchange(run, {}));
  };
  for (const unsigned char c : text) {
    if (std::isdigit(c)) {
      run.push_back(static_cast<char>(c));
    } else {
      end();
    }
  }
  end();
  return numbers;
}

class Check {
 public:
  Check(const AnnouncementTemplates& templates, const v1::Announcement& announcement, const MoveFacts& facts)
      : of_(templates.Of(KindOf(facts.decision, facts.ladder))), announcement_(announcement), facts_(facts) {
    for (const auto& statement : announcement.statements()) all_.push_back(Folded(statement.text()));
  }

  std::vector<v1::CoverageViolation> Run(bool going_out) {
    TheMove(going_out);
    if (going_out) TheMoveBefore();
    WhoWhatWhen();
    Reasons();
    StillOpen();
    RequiredStatements();
    for (const auto& statement : announcement_.statements()) OneStatement(statement);
    return std::move(violations_);
  }

 private:
  void Add(const std::string& type, const std::string& subject, const std::string& description) {
    v1::CoverageViolation violation;
    violation.set_type(type);
    violation.set_subject(subject);
    violation.set_description(description);
    violations_.push_back(std::move(violation));
  }
  // Whether one statement holds these words.
  bool Says(const std::string& words) const {
    const std::string folded = Folded(words);
    return std::any_of(all_.begin(), all_.end(),
                       [&](const std::string& text) { return text.find(folded) != std::string::npos; });
  }
  bool RestsOn(const std::string& name, const std::string& field) const {
    for (const auto& statement : announcement_.statements()) {
      for (const auto& fact : statement.facts()) {
        if (fact.name() == name && fact.field() == field) return true;
      }
    }
    return false;
  }

  void TheMove(bool going_out) {
    const auto& decision = facts_.decision;
    const bool waits = decision.state() == v1::DECISION_STATE_PENDING_EFFECT;
    // Approvals from before there were states are in effect.
    const bool made =
        decision.state() == v1::DECISION_STATE_IN_EFFECT ||
        (decision.state() == v1::DECISION_STATE_UNSPECIFIED && decision.outcome() == v1::DECISION_OUTCOME_APPROVED);
    if (made || (waits && !going_out)) return;
    Add("MOVE_NOT_MADE", decision.name(),
        waits ? absl::StrCat("takes effect on ", FormatForPeople(decision.effective_date()), " and not before")
              : absl::StrCat("is ", v1::DecisionState_Name(decision.state()),
                             ": the move is not made. Withdraw the announcement."));
  }

  // It tells of the move that it ends.
  void TheMoveBefore() {
    if (facts_.ended == nullptr || !facts_.ended->entry_awaits_publication()) return;
    Add("EARLIER_MOVE_NOT_PUBLISHED", facts_.ended->entry_decision(),
        "is the move that this one ends, and the public does not know of it. Publish its announcement first.");
  }

  void WhoWhatWhen() {
    const auto& decision = facts_.decision;
    const std::string title = DeciderTitle(of_, facts_.force);
    if (!Says(title) || !RestsOn(decision.name(), "decider")) {
      Add("WHO_MISSING", decision.name(),
          absl::StrCat("the text must say who decided, \"", title, "\", and rest on it"));
    }
    const std::string stage = StageName(facts_.ladder, decision.to_stage());
    for (const std::string& what : {facts_.force.display_name(), stage}) {
      if (!Says(what)) {
        Add("WHAT_MISSING", decision.name(), absl::StrCat("the text must say what was decided: \"", what, "\""));
      }
    }
    const std::string when = FormatForPeople(decision.effective_date());
    if (!Says(when)) {
      Add("WHEN_MISSING", decision.name(),
          absl::StrCat("the text must say when the move takes effect: \"", when, "\""));
    }
  }

  void Reasons() {
    for (int i = 0; i < facts_.decision.reasons_size(); ++i) {
      const auto& reason = facts_.decision.reasons(i);
      if (Says(reason.text())) continue;
      Add("REASON_MISSING", reason.id().empty() ? ReasonId(i + 1) : reason.id(),
          absl::StrCat("the text leaves out a reason of the decision: \"", reason.text(), "\""));
    }
  }

  void StillOpen() {
    for (const auto& cause : OpenCauses(facts_)) {
      if (Says(cause.title)) continue;
      Add("STILL_OPEN_MISSING", cause.resource,
          absl::StrCat("the text must say that this cause of concern is still open: \"", cause.title, "\""));
    }
    for (const int index : CarriedForward(facts_.decision)) {
      const auto& outcome = facts_.decision.reason_outcomes(index);
      if (Says(ReasonText(facts_, outcome.reason())) && Says(outcome.followed_by())) continue;
      Add("STILL_OPEN_MISSING", outcome.reason(),
          absl::StrCat("the text must say that this reason goes on, and that ", outcome.followed_by(),
                       " follows it: \"", ReasonText(facts_, outcome.reason()), "\""));
    }
  }

  void RequiredStatements() {
    for (const auto& required : of_.statements()) {
      // The items of lists are held against the decision itself.
      if (!required.required() || !required.each().empty() || !Applies(required, facts_)) continue;
      const bool there = std::any_of(announcement_.statements().begin(), announcement_.statements().end(),
                                     [&](const v1::Statement& statement) { return statement.id() == required.id(); });
      if (!there) {
        Add("STATEMENT_MISSING", required.id(),
            absl::StrCat("an announcement of this kind must have the statement \"", required.id(), "\". ", kRefresh));
      }
    }
  }

  void OneStatement(const v1::Statement& statement) {
    const bool quotation = statement.part() == v1::STATEMENT_PART_QUOTATION;
    if (quotation) Speaker(statement);
    if (statement.facts().empty() && !statement.standing() && !quotation) {
      Add("NO_FACT", statement.id(), "rests on no fact of the record. Name one, or leave the statement out.");
    }
    std::set<std::string> known;
    for (const auto& fact : statement.facts()) {
      for (auto& number : NumbersIn(fact.value())) known.insert(number);
      Fact(statement, fact);
    }
    if (!statement.by_hand() || quotation) return;
    for (const auto& number : NumbersIn(statement.text())) {
      if (known.count(number) > 0) continue;
      Add("NUMBER_WITHOUT_FACT", statement.id(),
          absl::StrCat("says ", number, ", which none of its facts does. Name the fact that holds it."));
    }
  }

  void Fact(const v1::Statement& statement, const v1::FactReference& fact) {
    if (fact.name().rfind("ledgers/", 0) == 0) return;  // Of a head that was: a log only grows.
    const bool own = fact.name() == facts_.decision.name();
    const auto found = own ? nullptr : facts_.recorded.Find(fact.name());
    const google::protobuf::Message* resource = own ? &facts_.decision : found.get();
    const auto now = Refer(resource, fact.name(), fact.field());
    if (!now) {
      Add("FACT_UNKNOWN", statement.id(),
          absl::StrCat("rests on ", fact.field(), " of ", fact.name(), ", which is not there. ", kRefresh));
    } else if (now->value() != fact.value()) {
      Add("FACT_CHANGED", statement.id(),
          absl::StrCat("rests on ", fact.field(), " of ", fact.name(), ", which was \"", fact.value(), "\" and is \"",
                       now->value(), "\" now. ", kRefresh));
    }
  }

  void Speaker(const v1::Statement& statement) {
    const auto found = facts_.recorded.Find(statement.speaker());
    const auto* speaker = dynamic_cast<const forces::v1::OfficeHolder*>(found.get());
    if (speaker == nullptr || ForceOf(statement.speaker()) != facts_.force.name()) {
      Add("SPEAKER_MISSING", statement.id(),
          absl::StrCat("must have a speaker who holds an office for ", facts_.force.display_name()));
    } else if (!InOffice(*speaker, facts_)) {
      Add("SPEAKER_NOT_IN_OFFICE", statement.id(),
          absl::StrCat(speaker->display_name(), " is not in office when the move takes effect"));
    } else if (Folded(statement.text()).find(Folded(speaker->display_name())) == std::string::npos) {
      Add("SPEAKER_MISSING", statement.id(),
          absl::StrCat("must say whose words these are: \"", speaker->display_name(), "\""));
    }
  }

  const v1::AnnouncementTemplate& of_;
  const v1::Announcement& announcement_;
  const MoveFacts& facts_;
  std::vector<std::string> all_;  // Each statement, folded.
  std::vector<v1::CoverageViolation> violations_;
};

}  // namespace

std::vector<v1::CoverageViolation> CheckCoverage(const AnnouncementTemplates& templates,
                                                 const v1::Announcement& announcement, const MoveFacts& facts,
                                                 bool going_out) {
  return Check(templates, announcement, facts).Run(going_out);
}

absl::Status NotCovered(const std::string& announcement, const std::vector<v1::CoverageViolation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NOT_COVERED,
              absl::StrCat(announcement, " is not covered by the record: ",
                           absl::StrJoin(violations, "; ", [](std::string* out, const auto& violation) {
                             absl::StrAppend(out, violation.subject(), " ", violation.description());
                           })));
  error.With("announcement", announcement);
  for (const auto& violation : violations) {
    error.Precondition(violation.type(), violation.subject(), violation.description());
  }
  return error;
}

}  // namespace oversight::monitoring
