// The agenda pack for a meeting with a force, or those of all forces that the oversight group calls.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/time/timestamp.h"
#include "gateway/cli/count_words.h"
#include "gateway/cli/plan_words.h"
#include "gateway/web/freshness.h"
#include "gateway/web/links.h"
#include "gateway/web/moment.h"
#include "gateway/web/pages.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::gateway::web {
namespace {

// The items of a list with the pages they are on. Where an item has no page of its own it leads to its force's.
void SetPaths(const std::string& list, View& view) {
  for (auto& value : *(*view.mutable_fields())[list].mutable_list_value()->mutable_values()) {
    View& item = *value.mutable_struct_value();
    Set(item, "path", PathOf(item.fields().at("name").string_value()));
  }
}

// What became of a promise, in a word, and its colour.
void SetOutcomes(const v1::AgendaPack& pack, View& view) {
  for (int i = 0; i < pack.promises_size(); ++i) {
    const v1::Promise& promise = pack.promises(i);
    View& item = *(*view.mutable_fields())["promises"].mutable_list_value()->mutable_values(i)->mutable_struct_value();
    const bool done = promise.outcome() == v1::PROMISE_OUTCOME_VERIFIED ||
                      promise.outcome() == v1::PROMISE_OUTCOME_CLAIMED || promise.outcome() == v1::PROMISE_OUTCOME_DONE;
    Set(item, "kept", done && !promise.late());
    Set(item, "keptLate", done && promise.late());
    Set(item, "broken", promise.outcome() == v1::PROMISE_OUTCOME_MISSED);
  }
}

void SetForecasts(const v1::AgendaPack& pack, View& view) {
  for (int i = 0; i < pack.plans_size(); ++i) {
    View& item = *(*view.mutable_fields())["plans"].mutable_list_value()->mutable_values(i)->mutable_struct_value();
    const auto set = [&item](const char* name, bool has, const monitoring::v1::PlanProgress& progress) {
      if (has) Set(*(*item.mutable_fields())[name].mutable_struct_value(), "forecast", cli::ForecastText(progress));
    };
    set("progressThen", pack.plans(i).has_progress_then(), pack.plans(i).progress_then());
    set("progress", pack.plans(i).has_progress(), pack.plans(i).progress());
  }
}

View PackView(const v1::AgendaPack& pack) {
  View view = ViewOf(pack);
  for (const char* list :
       {"evidence", "concerns", "promises", "overdue", "plans", "handling", "moves", "meetings", "questions"}) {
    SetPaths(list, view);
  }
  Set(view, "openNow", pack.has_counts() ? cli::OpenWorkText(pack.counts()) : "");
  Set(view, "openThen", pack.has_counts_then() ? cli::OpenWorkText(pack.counts_then()) : "");
  SetOutcomes(pack, view);
  SetForecasts(pack, view);
  SetFreshness(pack.sections(), view);
  AddSections(pack.sections_then(), "freshnessThen", view);
  Set(view, "otherStageThen", pack.stage_then() != pack.stage() ? pack.stage_then() : "");
  Set(view, "forcePath", "/" + pack.force());
  return view;
}

// Of each part how it stands in the pack where it stands worst.
google::protobuf::RepeatedPtrField<v1::SectionStatus> WorstOf(
    const google::protobuf::RepeatedPtrField<v1::AgendaPack>& packs) {
  google::protobuf::RepeatedPtrField<v1::SectionStatus> worst;
  for (const auto& pack : packs) {
    for (const auto& section : pack.sections()) {
      const auto same = std::find_if(worst.begin(), worst.end(), [&section](const auto& other) {
        return other.service() == section.service() && other.part() == section.part();
      });
      if (same == worst.end()) {
        *worst.Add() = section;
      } else if (section.state() > same->state()) {
        *same = section;
      }
    }
  }
  return worst;
}

absl::Status SetMoments(const Parameters& query, v1::GetAgendaRequest& request) {
  if (const std::string text = ValueOf(query, "since"); !text.empty()) {
    const auto moment = ParseMoment(text, "since");
    if (!moment.ok()) return moment.status();
    SetTime(*moment, request.mutable_since_time());
  }
  if (const std::string text = ValueOf(query, "until"); !text.empty()) {
    const auto moment = ParseMoment(text, "until");
    if (!moment.ok()) return moment.status();
    SetTime(*moment, request.mutable_until_time());
  }
  return absl::OkStatus();
}

}  // namespace

void ShowAgenda(const VisitPtr& visit) {
  v1::GetAgendaRequest request;
  const bool of_force = visit->segments().front() == "forces";
  if (of_force) request.set_force(visit->Name(2));
  if (const absl::Status bad = SetMoments(visit->query(), request); !bad.ok()) return visit->Fail(bad);
  visit->Ask({Ask(request)}, [visit, of_force](const std::vector<Reply>& replies) {
    const auto response = As<v1::GetAgendaResponse>(replies[0]);
    if (!response.ok()) return visit->Fail(response.status());
    View view;
    for (const auto& pack : response->packs()) Add(view, "packs", PackView(pack));
    Set(view, "more", response->left_out() > 0 ? absl::StrCat(response->left_out()) : "");
    SetFreshness(WorstOf(response->packs()), view);
    Set(view, "path", absl::StrCat("/", visit->Name(3)));
    Set(view, "ofForce", of_force);
    for (const char* moment : {"since", "until"}) Set(view, moment, ValueOf(visit->query(), moment));
    const std::string name =
        of_force && !response->packs().empty() ? response->packs(0).display_name() : "forces in enhanced monitoring";
    Set(view, "whose", name);
    visit->Show("agenda", absl::StrCat("Agenda pack: ", name), std::move(view));
  });
}

}  // namespace oversight::gateway::web
