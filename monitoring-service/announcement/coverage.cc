#include "monitoring-service/announcement/coverage.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

// A field of a resource.
struct Fact {
  std::string name, field;
};

class Check {
 public:
  Check(const AnnouncementTemplates& templates, const v1::Announcement& announcement, const MoveFacts& facts)
      : of_(templates.Of(KindOf(facts.decision, facts.ladder))), announcement_(announcement), facts_(facts) {
    // Words that somebody is quoted with are theirs.
    for (const auto& statement : announcement.statements()) {
      if (statement.part() != v1::STATEMENT_PART_QUOTATION) all_.push_back({Folded(statement.text()), &statement});
    }
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
  // Whether one statement holds all these words and rests on one of these facts: what one statement says and another is
  // founded on is not covered.
  bool Says(const std::vector<std::string>& words, const std::vector<Fact>& facts) const {
    return std::any_of(all_.begin(), all_.end(), [&](const Said& said) {
      return std::any_of(facts.begin(), facts.end(),
                         [&](const Fact& fact) { return RestsOn(*said.statement, fact); }) &&
             std::all_of(words.begin(), words.end(),
                         [&](const std::string& part) { return said.folded.find(Folded(part)) != std::string::npos; });
    });
  }
  static bool RestsOn(const v1::Statement& statement, const Fact& wanted) {
    return std::any_of(statement.facts().begin(), statement.facts().end(), [&](const v1::FactReference& fact) {
      return fact.name() == wanted.name && fact.field() == wanted.field && !fact.value().empty();
    });
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
    if (!Says({title}, {{decision.name(), "decider"}})) {
      Add("WHO_MISSING", decision.name(),
          absl::StrCat("the text must say who decided, \"", title, "\", and rest on it"));
    }
    const std::string stage = StageName(facts_.ladder, decision.to_stage());
    const std::pair<std::string, Fact> whats[] = {{facts_.force.display_name(), {facts_.force.name(), "display_name"}},
                                                  {stage, {decision.name(), "to_stage"}}};
    for (const auto& [what, fact] : whats) {
      if (Says({what}, {fact})) continue;
      Add("WHAT_MISSING", decision.name(),
          absl::StrCat("the text must say what was decided, \"", what, "\", and rest on it"));
    }
    const std::string when = FormatForPeople(decision.effective_date());
    if (!Says({when}, {{decision.name(), "effective_date"}})) {
      Add("WHEN_MISSING", decision.name(),
          absl::StrCat("the text must say when the move takes effect, \"", when, "\", and rest on it"));
    }
  }

  void Reasons() {
    for (int i = 0; i < facts_.decision.reasons_size(); ++i) {
      const auto& reason = facts_.decision.reasons(i);
      if (Says({reason.text()}, {{facts_.decision.name(), absl::StrCat("reasons[", i, "].text")}})) continue;
      Add("REASON_MISSING", reason.id().empty() ? ReasonId(i + 1) : reason.id(),
          absl::StrCat("no statement that rests on it tells a reason of the decision: \"", reason.text(), "\""));
    }
  }

  void StillOpen() {
    for (const auto& cause : OpenCauses(facts_)) {
      // A text from before the move rests on the concern itself.
      std::vector<Fact> facts = {{cause.resource, cause.field}};
      if (!cause.concern.empty()) facts.push_back({cause.concern, "title"});
      if (Says({cause.title}, facts)) continue;
      Add("STILL_OPEN_MISSING", cause.resource,
          absl::StrCat("the text must say that this cause of concern is still open: \"", cause.title, "\""));
    }
    for (const int index : CarriedForward(facts_.decision)) {
      const auto& outcome = facts_.decision.reason_outcomes(index);
      const std::string words = ReasonText(facts_, outcome.reason());
      const std::string field = absl::StrCat("reason_outcomes[", index, "].followed_by");
      if (Says({words, outcome.followed_by()}, {{facts_.decision.name(), field}})) continue;
      Add("STILL_OPEN_MISSING", outcome.reason(),
          absl::StrCat("the text must say that this reason goes on, and that ", outcome.followed_by(),
                       " follows it: \"", words, "\""));
    }
  }

  void RequiredStatements() {
    for (const auto& required : of_.statements()) {
      // The items of lists are held against the decision itself.
      if (!required.required() || !required.each().empty() || !Applies(required, facts_)) continue;
      const auto there = std::find_if(announcement_.statements().begin(), announcement_.statements().end(),
                                      [&](const v1::Statement& statement) { return statement.id() == required.id(); });
      if (there == announcement_.statements().end()) {
        Add("STATEMENT_MISSING", required.id(),
            absl::StrCat("an announcement of this kind must have the statement \"", required.id(), "\". ", kRefresh));
      } else if (!IsThatOf(required, *there)) {
        Add("STATEMENT_MISSING", required.id(),
            absl::StrCat("the statement \"", required.id(),
                         "\" must be that of the template, or rest on the same facts. ", kRefresh));
      }
    }
  }

  // Whether a statement is what its id says: a standing one as it stands, another with what it must rest on.
  bool IsThatOf(const v1::StatementTemplate& required, const v1::Statement& statement) const {
    if (statement.part() == v1::STATEMENT_PART_QUOTATION) return false;
    if (required.standing()) return statement.standing();
    for (const auto& wanted : FactsOf(required, facts_, announcement_.record_head())) {
      if (std::none_of(statement.facts().begin(), statement.facts().end(), [&](const v1::FactReference& fact) {
            return fact.name() == wanted.name() && fact.field() == wanted.field();
          })) {
        return false;
      }
    }
    return true;
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
      OneFact(statement, fact);
    }
    if (!statement.by_hand() || quotation) return;
    for (const auto& number : NumbersIn(statement.text())) {
      if (known.count(number) > 0) continue;
      Add("NUMBER_WITHOUT_FACT", statement.id(),
          absl::StrCat("says ", number, ", which none of its facts does. Name the fact that holds it."));
    }
  }

  void OneFact(const v1::Statement& statement, const v1::FactReference& fact) {
    if (fact.name().rfind("ledgers/", 0) == 0) return;  // Of a head that was: a log only grows.
    const bool own = fact.name() == facts_.decision.name();
    const auto found = own ? nullptr : facts_.recorded.Find(fact.name());
    const google::protobuf::Message* resource = own ? &facts_.decision : found.get();
    const auto now = Refer(resource, fact.name(), fact.field());
    if (!MayRestOn(fact.name(), facts_)) {
      Add("FACT_OF_ANOTHER_FORCE", statement.id(),
          absl::StrCat("rests on ", fact.name(), ", which is not of ", facts_.force.name(), " and may not be public"));
    } else if (!now) {
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
  struct Said {
    std::string folded;
    const v1::Statement* statement;
  };
  std::vector<Said> all_;  // Each statement but quotations.
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
