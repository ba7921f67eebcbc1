#include "gateway/dashboard/agenda_questions.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/words.h"
#include "gateway/dashboard/names.h"
#include "gateway/dashboard/open_work.h"

namespace oversight::gateway {
namespace {

using concerns::v1::Concern;
using concerns::v1::Recommendation;

// The beginning of a text that may be 16 KiB long, between quotation marks.
std::string Quoted(const std::string& text) {
  constexpr size_t kMost = 160;
  std::string line = cli::OneLine(text);
  while (!line.empty() && line.back() == '.') line.pop_back();
  if (line.size() > kMost) {
    size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    line = line.substr(0, end) + "…";
  }
  return absl::StrCat("“", line, "”");
}

std::string DaysText(int days) { return absl::StrCat(days, days == 1 ? " day" : " days"); }

class Questions {
 public:
  Questions(const ForceRecord* then, const ForceRecord& now, v1::AgendaPack& pack)
      : then_(then), now_(now), pack_(pack) {
    if (then == nullptr) return;
    for (const auto& item : then->facts.recommendations) recommendations_then_[item->name()] = item.get();
    for (const auto& item : then->facts.concerns) concerns_then_[item->name()] = item.get();
    for (const auto& item : then->facts.progress_notes) revisions_then_[item->name()] = item->revision();
    for (const auto& item : then->facts.responses) revisions_then_[item->name()] = item->revision();
    for (const auto& item : then->facts.evidence) revisions_then_[item->name()] = item->revision();
  }

  void AskOfPromises() {
    for (const auto& promise : pack_.promises()) {
      if (promise.outcome() == v1::PROMISE_OUTCOME_MISSED) {
        Ask(v1::QUESTION_RULE_PROMISE_MISSED, promise.name(),
            absl::StrCat("Why is ", Quoted(promise.text()), " not done, and when will it be?"),
            absl::StrCat("It was due on ", FormatForPeople(promise.due_date()), ", and nobody says that it is done."));
      } else if (promise.outcome() == v1::PROMISE_OUTCOME_RETURNED) {
        Ask(v1::QUESTION_RULE_CLAIM_RETURNED, promise.name(),
            absl::StrCat("What has been done about what was missing in ", Quoted(promise.text()), "?"),
            absl::StrCat("The claim was returned on ", FormatForPeople(promise.outcome_date()),
                         ", and there is no new one."));
      }
    }
  }

  void AskOfRecommendations() {
    std::unordered_set<std::string> noted;
    for (const auto& note : now_.facts.progress_notes) {
      if (IsNew(*note)) noted.insert(RecommendationOf(note->name()));
    }
    std::unordered_map<std::string, const v1::OverdueItem*> overdue;
    for (const auto& item : pack_.overdue()) overdue.emplace(item.name(), &item);
    for (const auto& now : now_.facts.recommendations) {
      const auto it = recommendations_then_.find(now->name());
      if (it == recommendations_then_.end()) continue;
      const Recommendation& then = *it->second;
      const auto late = overdue.find(now->name());
      if (late != overdue.end() && late->second->already_then() && noted.count(now->name()) == 0 &&
          then.revision() == now->revision()) {
        Ask(v1::QUESTION_RULE_OVERDUE_IN_SILENCE, now->name(),
            absl::StrCat("What stands in the way of ", Quoted(now->text()), "?"),
            absl::StrCat("It is overdue by ", DaysText(late->second->days()),
                         ", was overdue before, and there is no word on it since."));
      }
      const auto claimed = concerns::v1::RECOMMENDATION_STATE_CLAIMED;
      if (then.state() == claimed && now->state() == claimed &&
          GetTime(then.claim().claim_time()) == GetTime(now->claim().claim_time())) {
        Ask(v1::QUESTION_RULE_CLAIM_WAITS, now->name(),
            absl::StrCat("What must we see to verify ", Quoted(now->text()), ", and when will we?"),
            "The force claimed it before the first moment, and it is neither verified nor returned.");
      }
    }
  }

  void AskOfCauses() {
    std::set<std::string> heard;  // Concerns of which something was recorded in between.
    for (const auto& item : now_.facts.recommendations) {
      const auto it = recommendations_then_.find(item->name());
      if (it == recommendations_then_.end() || it->second->revision() != item->revision()) {
        heard.insert(ConcernOf(item->name()));
      }
    }
    for (const auto& note : now_.facts.progress_notes) {
      if (IsNew(*note)) heard.insert(ConcernOf(note->name()));
    }
    for (const auto& response : now_.facts.responses) {
      if (IsNew(*response)) heard.insert(ConcernOf(response->name()));
    }
    for (const auto& evidence : now_.facts.evidence) {
      if (!IsNew(*evidence)) continue;
      for (const auto& about : evidence->about()) heard.insert(ConcernOf(about));
    }
    for (const auto& now : now_.facts.concerns) {
      const auto it = concerns_then_.find(now->name());
      if (!IsOpen(*now) || now->kind() != concerns::v1::CONCERN_KIND_CAUSE_OF_CONCERN || it == concerns_then_.end() ||
          !IsOpen(*it->second) || it->second->revision() != now->revision() || heard.count(now->name()) > 0) {
        continue;
      }
      Ask(v1::QUESTION_RULE_CAUSE_IN_SILENCE, now->name(),
          absl::StrCat("What has changed on ", Quoted(now->title()), "?"),
          "The cause of concern was open at both moments, and nothing was recorded on it in between.");
    }
  }

  void AskOfHandling() {
    for (const auto& change : pack_.handling()) {
      if (change.level_then() == concerns::v1::HANDLING_LEVEL_UNSPECIFIED || change.level() >= change.level_then()) {
        continue;
      }
      Ask(v1::QUESTION_RULE_HANDLING_WORSE, change.name(),
          absl::StrCat("Why is ", Quoted(change.title()), " handled less well than before?"),
          absl::StrCat("Its handling was judged ", cli::Words(change.level_then()), " and is judged ",
                       cli::Words(change.level()), " since ", FormatForPeople(change.date()), "."));
    }
  }

  void AskOfPlans() {
    bool accepted = false;
    for (const auto& plan : now_.facts.plans) accepted = accepted || plan->in_force_version() > 0;
    for (const auto& change : pack_.plans()) {
      const auto& now = change.progress();
      const auto& then = change.progress_then();
      if (now.has_forecast_date() && then.has_forecast_date() &&
          MustBeAfter(now.forecast_date(), then.forecast_date())) {
        Ask(v1::QUESTION_RULE_PLAN_LATER, change.name(),
            absl::StrCat("What brings ", Quoted(change.title()), " back on course?"),
            absl::StrCat("It was forecast to end on ", FormatForPeople(then.forecast_date()),
                         " and is forecast to end on ", FormatForPeople(now.forecast_date()), "."));
      }
      using monitoring::v1::PROGRESS_RATING_UNSPECIFIED;
      if (change.rating() != PROGRESS_RATING_UNSPECIFIED && change.rating_then() != PROGRESS_RATING_UNSPECIFIED &&
          change.rating() < change.rating_then()) {
        Ask(v1::QUESTION_RULE_RATING_WORSE, change.name(),
            absl::StrCat("What went wrong with ", Quoted(change.title()), "?"),
            absl::StrCat("It was rated ", cli::Words(change.rating_then()), " and is rated ",
                         cli::Words(change.rating()), "."));
      }
    }
    const bool plans_known = std::any_of(now_.sections.begin(), now_.sections.end(), [](const auto& section) {
      return section.service() == "monitoring-service" && section.part().empty() &&
             section.state() != v1::SECTION_STATE_UNAVAILABLE;
    });
    if (pack_.enhanced() && plans_known && !accepted) {
      Ask(v1::QUESTION_RULE_NO_PLAN, pack_.force() + "/monitoring", "When will there be a plan that can be accepted?",
          absl::StrCat("The force is in ", pack_.stage_display_name(), ", and no plan for improvement is accepted."));
    }
  }

  void AskOfAssessment() {
    const auto& now = pack_.assessment().now();
    if (!pack_.assessment().has_now() || now.advised_stage() == now.stage()) return;
    Ask(v1::QUESTION_RULE_MOVE_ADVISED, pack_.force() + "/monitoring",
        absl::StrCat("Should the force be moved to ", now.advised_stage(), "?"), now.text());
  }

  void Finish() {
    std::stable_sort(questions_.begin(), questions_.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.rule(), a.name()) < std::tuple(b.rule(), b.name());
    });
    for (auto& question : questions_) {
      if (pack_.questions_size() == kMostQuestions) break;
      *pack_.add_questions() = std::move(question);
    }
    if (const int more = static_cast<int>(questions_.size()) - pack_.questions_size(); more > 0) {
      auto& left_out = *pack_.add_left_out();
      left_out.set_field("questions");
      left_out.set_count(more);
      left_out.set_reason(absl::StrCat("There is room for ", kMostQuestions, "."));
    }
  }

 private:
  void Ask(v1::QuestionRule rule, const std::string& name, const std::string& text, const std::string& reason) {
    v1::SuggestedQuestion question;
    question.set_rule(rule);
    question.set_name(name);
    question.set_text(text);
    question.set_reason(reason);
    questions_.push_back(std::move(question));
  }
  // Recorded or changed since the first moment.
  template <class T>
  bool IsNew(const T& resource) const {
    const auto it = revisions_then_.find(resource.name());
    return it == revisions_then_.end() || it->second != resource.revision();
  }

  const ForceRecord* const then_;
  const ForceRecord& now_;
  v1::AgendaPack& pack_;
  std::unordered_map<std::string, const Recommendation*> recommendations_then_;
  std::unordered_map<std::string, const Concern*> concerns_then_;
  std::unordered_map<std::string, int64_t> revisions_then_;
  std::vector<v1::SuggestedQuestion> questions_;
};

}  // namespace

void AddQuestions(const ForceRecord* then, const ForceRecord& now, bool comparable, v1::AgendaPack& pack) {
  Questions questions(then, now, pack);
  questions.AskOfPromises();
  if (comparable) {
    questions.AskOfRecommendations();
    questions.AskOfCauses();
    questions.AskOfHandling();
  }
  questions.AskOfPlans();
  questions.AskOfAssessment();
  questions.Finish();
}

}  // namespace oversight::gateway
