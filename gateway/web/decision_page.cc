// A decision, and every act around it in order.
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/web/forms/next_acts.h"
#include "gateway/web/forms/resources.h"
#include "gateway/web/links.h"
#include "gateway/web/pages.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"

namespace oversight::gateway::web {
namespace {

namespace monitoring = oversight::monitoring::v1;

struct ClockRow {
  const char* id;
  const char* words;
  monitoring::SequenceClock clock;
};
constexpr ClockRow kClocks[] = {
    {"effective", "When it happened", monitoring::SEQUENCE_CLOCK_EFFECTIVE},
    {"recorded", "When it was recorded", monitoring::SEQUENCE_CLOCK_RECORDED},
    {"published", "When it was published", monitoring::SEQUENCE_CLOCK_PUBLISHED},
};

}  // namespace

void ShowDecision(const VisitPtr& visit) {
  monitoring::GetDecisionSequenceRequest sequence;
  sequence.set_name(visit->Name(4));
  const std::string asked = ValueOf(visit->query(), "clock");
  View view;
  sequence.set_clock(monitoring::SEQUENCE_CLOCK_EFFECTIVE);
  for (const auto& row : kClocks) {
    if (asked == row.id) sequence.set_clock(row.clock);
  }
  for (const auto& row : kClocks) {
    View clock;
    Set(clock, "id", row.id);
    Set(clock, "words", row.words);
    Set(clock, "chosen", row.clock == sequence.clock());
    Add(view, "clocks", std::move(clock));
  }
  monitoring::GetDecisionRequest decision;
  decision.set_name(visit->Name(4));
  const Question actions = AskMoveActions(visit->Name(4));
  visit->AskOrLastSeen({Ask(sequence), Ask(decision), actions},
                       [visit, view, actions, clock = sequence.clock()](const std::vector<Reply>& replies) mutable {
                         const auto acts = As<monitoring::GetDecisionSequenceResponse>(replies[0]);
                         const auto response = As<monitoring::GetDecisionResponse>(replies[1]);
                         if (!acts.ok()) return visit->Fail(acts.status());
                         if (!response.ok()) return visit->Fail(response.status());
                         Set(view, "decision", ViewOf(response->decision()));
                         Set(view, "heading", acts->title());
                         Set(view, "forcePath", "/" + visit->Name(2));
                         Set(view, "readsPath", "/reads?resource=" + Encoded(visit->Name(4)));
                         Set(view, "forceReadsPath", "/reads?force=" + Encoded(visit->Name(2)));
                         Set(view, "revision", absl::StrCat(acts->header().revision()));
                         // By the clock of publication, what the public was never told stands last: it says so.
                         bool headed = clock != monitoring::SEQUENCE_CLOCK_PUBLISHED;
                         for (const auto& act : acts->acts()) {
                           View item = ViewOf(act);
                           const bool first = !headed && !act.has_published_time() && !act.has_published_date();
                           Set(item, "firstUnpublished", first);
                           headed = headed || first;
                           Set(item, "path", PathOf(act.resource()));
                           Add(view, "sequence", std::move(item));
                         }
                         AddNextActs(actions, replies[2], visit->Name(4), view);
                         visit->Show("decision", acts->title(), std::move(view));
                       });
}

}  // namespace oversight::gateway::web
