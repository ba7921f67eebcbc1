#include "concerns-service/domain/letter_draft.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/dates_in_words.h"
#include "concerns-service/domain/lifecycle.h"
#include "concerns-service/domain/visibility.h"
#include "oversight/concerns/v1/error_reason.pb.h"

namespace oversight::concerns {
namespace {

constexpr char kGap[] = "[to be filled in]";

// "a, b and c".
std::string Listed(const std::vector<std::string>& items) {
  if (items.size() < 2) return absl::StrJoin(items, "");
  return absl::StrCat(absl::StrJoin(items.begin(), items.end() - 1, ", "), " and ", items.back());
}

const char* KindWords(const v1::Concern& concern) {
  return concern.kind() == v1::CONCERN_KIND_CAUSE_OF_CONCERN ? "cause of concern" : "area for improvement";
}

const char* LevelWords(v1::RevisitFindingLevel level) {
  switch (level) {
    case v1::REVISIT_FINDING_LEVEL_COMPLETE:
      return "complete";
    case v1::REVISIT_FINDING_LEVEL_GOOD_PROGRESS:
      return "good progress";
    case v1::REVISIT_FINDING_LEVEL_SOME_PROGRESS:
      return "some progress";
    case v1::REVISIT_FINDING_LEVEL_NO_PROGRESS:
      return "no progress";
    default:
      return "not assessed";
  }
}

const char* MethodWords(int method) {
  switch (method) {
    case v1::REVISIT_METHOD_INTERVIEWS:
      return "interviewed officers and staff";
    case v1::REVISIT_METHOD_MEETINGS_OBSERVED:
      return "observed meetings";
    case v1::REVISIT_METHOD_DOCUMENTS:
      return "read documents";
    case v1::REVISIT_METHOD_DATA:
      return "looked at data";
    case v1::REVISIT_METHOD_FOCUS_GROUPS:
      return "held focus groups";
    case v1::REVISIT_METHOD_REALITY_TESTING:
      return "tested the reality of the work without notice";
    default:
      return "used other methods";
  }
}

std::string WhenItWas(const v1::Revisit& revisit) {
  const std::string from = FormatForPeople(revisit.from_date()), to = FormatForPeople(revisit.to_date());
  return from == to ? OnDate(revisit.from_date()) : absl::StrCat("from ", from, " to ", to);
}

// What became of it, as a sentence of its own.
std::string StandsNow(const v1::Concern& concern) {
  const std::string words = absl::StrCat("This ", KindWords(concern), " ");
  switch (concern.state()) {
    case v1::CONCERN_STATE_DISCHARGED:
      return absl::StrCat(words, "was closed ", OnDate(concern.closure().close_date()), ".");
    case v1::CONCERN_STATE_WITHDRAWN:
      return absl::StrCat(words, "was withdrawn ", OnDate(concern.closure().close_date()), ".");
    case v1::CONCERN_STATE_SUPERSEDED:
      return absl::StrCat(words, "was issued again ", OnDate(concern.closure().close_date()), ".");
    default:
      return absl::StrCat(words, "remains open.");
  }
}
std::string StandsNow(const v1::Recommendation& recommendation) {
  switch (recommendation.state()) {
    case v1::RECOMMENDATION_STATE_VERIFIED:
      return "This recommendation is closed: we have verified that it is done.";
    case v1::RECOMMENDATION_STATE_WITHDRAWN:
      return "This recommendation was withdrawn.";
    case v1::RECOMMENDATION_STATE_SUPERSEDED:
      return "What remains of this recommendation stands in what was issued again.";
    default:
      return "This recommendation remains open.";
  }
}

class Draft {
 public:
  Draft(const v1::Revisit& revisit, const v1::RevisitLetter& head) : revisit_(revisit), head_(head) {}

  void Head(const std::vector<Record>& records) {
    std::vector<std::string> cc;
    for (const auto& party : head_.cc()) cc.push_back(party.display_name());
    absl::StrAppend(&text_, "From: ", NameOf(head_.has_sender(), head_.sender()),
                    "\nTo: ", NameOf(head_.has_addressee(), head_.addressee()), "\n");
    if (!cc.empty()) absl::StrAppend(&text_, "Cc: ", absl::StrJoin(cc, "; "), "\n");
    absl::StrAppend(&text_, "Sent on: ", head_.has_sent_date() ? FormatForPeople(head_.sent_date()) : kGap);
    Paragraph(absl::StrCat("Revisit ", WhenItWas(revisit_), ": ", Subjects(records)));
  }

  void Background(const std::vector<Record>& records) {
    Paragraph("Background");
    for (const auto& [concern, recommendations] : records) {
      Paragraph(absl::StrCat("We issued the ", KindWords(concern), " \"", concern.title(), "\" ",
                             OnDate(concern.issue_date()), ". Source: ", concern.source().title(), "."));
    }
    std::vector<std::string> methods;
    for (int method : revisit_.methods()) methods.emplace_back(MethodWords(method));
    Paragraph(absl::StrCat("We revisited the force ", WhenItWas(revisit_), " to see how far it has come. We ",
                           Listed(methods), "."));
    Paragraph(revisit_.method_notes());
    if (revisit_.has_feedback_date()) {
      Paragraph(absl::StrCat("We gave the force our first findings ", OnDate(revisit_.feedback_date()), "."));
    }
  }

  void About(const Record& record) {
    const std::string kind = KindWords(record.concern);
    Paragraph(absl::StrCat(Capital(kind), ": ", record.concern.title()));
    Paragraph(record.concern.finding());
    for (const auto& recommendation : record.recommendations) {
      if (!WasIssued(recommendation)) continue;
      const v1::RevisitFinding* finding = FindingOn(recommendation.name());
      if (finding == nullptr && recommendation.state() == v1::RECOMMENDATION_STATE_WITHDRAWN) continue;
      Paragraph("Recommendation " + recommendation.name().substr(recommendation.name().rfind('/') + 1));
      Paragraph(recommendation.text());
      Paragraph(DueWords(recommendation));
      Found("recommendation", finding);
      Paragraph(StandsNow(recommendation));
    }
    Found(kind, FindingOn(record.concern.name()));
    Paragraph(StandsNow(record.concern));
  }

  void Outcome() {
    Paragraph("Outcome");
    Paragraph(revisit_.outcome());
  }

  std::string Take() && { return std::move(text_) + "\n"; }

 private:
  static std::string Capital(std::string words) {
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
    return words;
  }
  static std::string NameOf(bool given, const v1::LetterParty& party) { return given ? party.display_name() : kGap; }

  static std::string Subjects(const std::vector<Record>& records) {
    std::vector<std::string> titles;
    for (const auto& record : records) titles.push_back(record.concern.title());
    return absl::StrJoin(titles, "; ");
  }

  static std::string DueWords(const v1::Recommendation& recommendation) {
    const std::string due = FormatForPeople(recommendation.due_date());
    const bool moved =
        recommendation.has_original_due_date() && FormatForPeople(recommendation.original_due_date()) != due;
    return absl::StrCat("Due on ", due,
                        moved ? absl::StrCat(", after more time was given; first due on ",
                                             FormatForPeople(recommendation.original_due_date()))
                              : "",
                        ".");
  }

  const v1::RevisitFinding* FindingOn(const std::string& subject) const {
    for (const auto& finding : revisit_.findings()) {
      if (finding.subject() == subject) return &finding;
    }
    return nullptr;
  }

  void Found(const std::string& subject, const v1::RevisitFinding* finding) {
    Paragraph(absl::StrCat("What we found on this ", subject, ": ",
                           finding == nullptr ? "nothing was recorded" : LevelWords(finding->level()), "."));
    if (finding != nullptr) Paragraph(finding->text());
  }

  void Paragraph(const std::string& words) {
    if (!words.empty()) absl::StrAppend(&text_, "\n\n", words);
  }

  const v1::Revisit& revisit_;
  const v1::RevisitLetter& head_;
  std::string text_;
};

}  // namespace

absl::StatusOr<std::string> DraftLetter(const v1::Revisit& revisit, const std::vector<Record>& records,
                                        const v1::RevisitLetter& head) {
  OVERSIGHT_RETURN_IF_ERROR(Require("DraftLetter", revisit));
  Draft draft(revisit, head);
  draft.Head(records);
  draft.Background(records);
  for (const auto& record : records) draft.About(record);
  draft.Outcome();
  std::string text = std::move(draft).Take();
  if (text.size() <= kMaxLetterBytes) return text;
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_LETTER_TOO_LONG,
               absl::StrCat("The letter of ", revisit.name(), " would have ", text.size(), " bytes, and at most ",
                            kMaxLetterBytes, " fit an answer. Read the concerns and the findings by themselves."))
      .With("name", revisit.name())
      .With("limit", absl::StrCat(kMaxLetterBytes));
}

}  // namespace oversight::concerns
