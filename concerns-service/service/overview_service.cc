#include "concerns-service/service/overview_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/domain/search_words.h"
#include "concerns-service/service/history_reader.h"
#include "concerns-service/service/overview_path.h"

namespace oversight::concerns {
namespace {

constexpr int kMostWords = 10;

v1::SearchHit ToProto(const Document& document, const std::vector<std::string>& words) {
  v1::SearchHit hit;
  hit.set_kind(document.kind);
  hit.set_name(document.name);
  hit.set_force(document.force);
  hit.set_concern(document.concern);
  hit.set_concern_title(*document.concern_title);
  hit.set_concern_kind(document.concern_kind);
  hit.set_theme(document.theme);
  hit.set_open(document.open);
  // The first text that has one of the words, or the longest part of the document, which comes last.
  const std::string* text = document.texts.back().get();
  for (const auto& candidate : document.texts) {
    const auto in_text = WordsOf(*candidate);
    const bool answers = std::any_of(in_text.begin(), in_text.end(), [&](const std::string& word) {
      return std::any_of(words.begin(), words.end(), [&](const std::string& asked) { return Answers(word, asked); });
    });
    if (answers) {
      text = candidate.get();
      break;
    }
  }
  SetSnippet(*text, words, &hit);
  return hit;
}

}  // namespace

grpc::ServerUnaryReactor* OverviewServiceImpl::GetForceSummary(grpc::CallbackServerContext* context,
                                                               const v1::GetForceSummaryRequest* request,
                                                               v1::GetForceSummaryResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetForceSummaryRequest& request, v1::GetForceSummaryResponse* response,
             rpc::Done done) {
        const Viewer viewer = shared_.ViewerOf(call);
        if (auto status = viewer.MayAskAbout(request.force(), call.verb()); !status.ok()) return done(status);
        const auto answer = [this, &request, response](const Overview& overview, const OverviewMoment& moment) {
          *response->mutable_summary() = overview.SummaryOf(request.force(), moment.today);
          *response->mutable_date() = ToPartialDate(moment.today);
          shared_.resources().SetHeader(moment.revision, moment.recorded_time, response->mutable_header());
          return absl::OkStatus();
        };
        shared_.WithOwned(call, request.force(), done, [this, &call, &request, answer, done](const absl::Status&) {
          overviews_.Read(request.read(), 0, call.deadline(), request.force(), answer, done);
        });
      });
}

grpc::ServerUnaryReactor* OverviewServiceImpl::ListForceSummaries(grpc::CallbackServerContext* context,
                                                                  const v1::ListForceSummariesRequest* request,
                                                                  v1::ListForceSummariesResponse* response) {
  return shared_.host().Unary(context, request, response,
                              [this](rpc::Call& call, const v1::ListForceSummariesRequest& request,
                                     v1::ListForceSummariesResponse* response, rpc::Done done) {
                                ServePage(
                                    shared_, overviews_, call, request, response, /*force=*/"",
                                    PageLimit(request.page_size()), std::move(done),
                                    [](const Overview& overview, const OverviewMoment& moment, const Viewer& viewer,
                                       const std::string& after, int limit, v1::ListForceSummariesResponse* response) {
                                      *response->mutable_date() = ToPartialDate(moment.today);
                                      const auto chosen = ForcesOf(viewer, "");
                                      Page page(limit);
                                      overview.EachForce(after, [&](const std::string& force) {
                                        if (chosen && !chosen(force)) return true;
                                        if (!page.Add(force)) return false;
                                        *response->add_summaries() = overview.SummaryOf(force, moment.today);
                                        return true;
                                      });
                                      return page.next();
                                    });
                              });
}

grpc::ServerUnaryReactor* OverviewServiceImpl::ListDue(grpc::CallbackServerContext* context,
                                                       const v1::ListDueRequest* request,
                                                       v1::ListDueResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListDueRequest& request, v1::ListDueResponse* response, rpc::Done done) {
        DueSelection selection;
        selection.theme = request.theme();
        if (request.has_from_date()) selection.from = ToCivilDay(request.from_date());
        if (request.has_to_date()) selection.to = ToCivilDay(request.to_date());
        selection.overdue_only = request.overdue_only();
        selection.unclaimed_only = request.unclaimed_only();
        if (selection.from && selection.to && *selection.to < *selection.from) {
          Violations violations;
          violations.Add("to_date", "must not be before from_date");
          return done(violations.status());
        }
        const std::string force = OneForce(request.parent());
        ServePage(shared_, overviews_, call, request, response, force, PageLimit(request.page_size()), std::move(done),
                  [selection, force, &holidays = shared_.bank_holidays()](
                      const Overview& overview, const OverviewMoment& moment, const Viewer& viewer,
                      const std::string& after, int limit, v1::ListDueResponse* response) {
                    *response->mutable_date() = ToPartialDate(moment.today);
                    DueSelection chosen = selection;
                    chosen.forces = ForcesOf(viewer, force);
                    Page page(limit);
                    overview.due().Each(chosen, moment.today, ParseDuePlace(after),
                                        [&](const DuePlace& place, const Due& due) {
                                          if (!page.Add(ToText(place))) return false;
                                          *response->add_items() = ToProto(due, moment.today, holidays);
                                          return true;
                                        });
                    return page.next();
                  });
      });
}

std::shared_ptr<const RegisterFacts> OverviewServiceImpl::Facts() {
  auto copy = shared_.forces().Copy();
  if (copy == nullptr) return nullptr;
  std::lock_guard lock(mu_);
  if (facts_of_ != copy) {
    facts_ = std::make_shared<const RegisterFacts>(FactsOf(*copy));
    facts_of_ = std::move(copy);
  }
  return facts_;
}

grpc::ServerUnaryReactor* OverviewServiceImpl::ListInconsistencies(grpc::CallbackServerContext* context,
                                                                   const v1::ListInconsistenciesRequest* request,
                                                                   v1::ListInconsistenciesResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListInconsistenciesRequest& request, v1::ListInconsistenciesResponse* response,
             rpc::Done done) {
        if (!request.rule().empty() && FindRule(request.rule()) == nullptr) {
          std::string known;
          for (const auto& rule : ConsistencyRules()) absl::StrAppend(&known, known.empty() ? "" : ", ", rule.id);
          Violations violations;
          violations.Add("rule", absl::StrCat("is no rule; use one of: ", known));
          return done(violations.status());
        }
        const std::string force = OneForce(request.parent());
        const FindingSelection selection{force, request.rule(), request.severity()};
        ServePage(shared_, overviews_, call, request, response, force, PageLimit(request.page_size()), std::move(done),
                  [selection, facts = Facts()](const Overview& overview, const OverviewMoment& moment, const Viewer&,
                                               const std::string& after, int limit,
                                               v1::ListInconsistenciesResponse* response) {
                    *response->mutable_date() = ToPartialDate(moment.today);
                    if (facts == nullptr) {
                      for (const std::string& rule : RegisterRules()) response->add_rules_not_checked(rule);
                    }
                    Page page(limit);
                    overview.consistency().Each(selection, moment.today, facts.get(), ParseFindingPlace(after),
                                                [&](const FindingPlace& place, const Finding& finding) {
                                                  if (!page.Add(ToText(place))) return false;
                                                  *response->add_inconsistencies() = ToProto(finding);
                                                  return true;
                                                });
                    return page.next();
                  });
      });
}

grpc::ServerUnaryReactor* OverviewServiceImpl::SearchConcerns(grpc::CallbackServerContext* context,
                                                              const v1::SearchConcernsRequest* request,
                                                              v1::SearchConcernsResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::SearchConcernsRequest& request, v1::SearchConcernsResponse* response,
             rpc::Done done) {
        std::vector<std::string> words = WordsOf(request.query());
        if (words.empty() || words.size() > kMostWords) {
          Violations violations;
          violations.Add(
              "query", absl::StrCat("must have 1 to ", kMostWords, " words of letters or digits, not ", words.size()));
          return done(violations.status());
        }
        const std::string force = OneForce(request.parent());
        ServePage(shared_, overviews_, call, request, response, force, Limit(request.page_size(), 20, 100),
                  std::move(done),
                  [&request, force, words = std::move(words)](const Overview& overview, const OverviewMoment&,
                                                              const Viewer& viewer, const std::string& after, int limit,
                                                              v1::SearchConcernsResponse* response) {
                    const auto chosen = ForcesOf(viewer, force);
                    Page page(limit);
                    overview.search().Each(words, ParseHitPlace(after), [&](const Document& document) {
                      const bool wanted = (viewer.sees_everything() || document.issued) &&
                                          (!chosen || IsAbout(document, chosen)) &&
                                          (request.theme().empty() || document.theme == request.theme()) &&
                                          (request.concern_kind() == v1::CONCERN_KIND_UNSPECIFIED ||
                                           document.concern_kind == request.concern_kind()) &&
                                          (!request.open_only() || document.open);
                      if (!wanted) return true;
                      if (!page.Add(ToText(HitPlace{document.recorded, document.name}))) return false;
                      *response->add_hits() = ToProto(document, words);
                      return true;
                    });
                    return page.next();
                  });
      });
}

grpc::ServerUnaryReactor* OverviewServiceImpl::GetConcernHistory(grpc::CallbackServerContext* context,
                                                                 const v1::GetConcernHistoryRequest* request,
                                                                 v1::GetConcernHistoryResponse* response) {
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::GetConcernHistoryRequest& request, v1::GetConcernHistoryResponse* response,
             rpc::Done done) { ReadHistory(shared_, call, request, response, std::move(done)); });
}

}  // namespace oversight::concerns
