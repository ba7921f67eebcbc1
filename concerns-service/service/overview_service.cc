#include "concerns-service/service/overview_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/tokens.h"
#include "common/time/partial_date.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/domain/search_words.h"
#include "concerns-service/service/history_reader.h"

namespace oversight::concerns {
namespace {

constexpr int kMostWords = 10;

int Limit(int asked, int unless_given, int most) { return asked <= 0 ? unless_given : std::min(asked, most); }
int PageLimit(int asked) { return Limit(asked, 50, 1000); }

// Which forces are meant by a call for `force` ("" for all): all of them for those who see everything.
std::function<bool(const std::string&)> ForcesOf(const Viewer& viewer, const std::string& force) {
  if (!force.empty()) return [force](const std::string& other) { return other == force; };
  if (viewer.sees_everything()) return nullptr;
  return [viewer](const std::string& other) { return viewer.Covers(other); };
}

// "forces/-" stands for none in particular.
std::string OneForce(const std::string& parent) { return parent == kAnyForce ? std::string() : parent; }

// Takes items until the page is full. Use: if (!page.Add(text of the place)) return false; then add the item.
class Page {
 public:
  explicit Page(int limit) : limit_(limit) {}
  // False when the page is full and there is more.
  bool Add(std::string place) {
    if (count_ == limit_) {
      more_ = true;
      return false;
    }
    ++count_;
    last_ = std::move(place);
    return true;
  }
  std::string next() const { return more_ ? last_ : std::string(); }

 private:
  const int limit_;
  int count_ = 0;
  bool more_ = false;
  std::string last_;
};

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

template <class Request, class Response, class Fill>
void OverviewServiceImpl::ServePage(rpc::Call& call, const Request& request, Response* response,
                                    const std::string& force, int limit, rpc::Done done, Fill fill) {
  const Viewer viewer = shared_.ViewerOf(call);
  if (auto status = viewer.MayAskAbout(force, call.verb()); !status.ok()) return done(status);
  const std::string& store = shared_.resources().ledger().incarnation();
  const uint64_t parameters =
      rpc::HashParameters(call.method(), request, viewer.sees_everything() ? "" : viewer.name());
  rpc::PagePosition page;
  if (!request.page_token().empty()) {
    auto decoded = rpc::DecodePageToken(store, parameters, request.page_token());
    if (!decoded.ok()) return done(decoded.status());
    page = *std::move(decoded);
  }
  const auto answer = [this, &store, response, limit, viewer, parameters, page, fill = std::move(fill)](
                          const Overview& overview, const OverviewMoment& moment) -> absl::Status {
    const std::string next = fill(overview, moment, viewer, page.after, limit, response);
    if (!next.empty()) {
      response->set_next_page_token(rpc::EncodePageToken(store, parameters, {next, moment.revision}));
    }
    shared_.resources().SetHeader(moment.revision, moment.recorded_time, response->mutable_header());
    return absl::OkStatus();
  };
  // A page shows no older state than the one before, whichever server gives it.
  const auto read = [this, &call, &request, force, page, answer, done] {
    overviews_.Read(request.read(), page.revision, call.deadline(), force, answer, done);
  };
  if (force.empty()) return read();
  // An unknown force is an error and not an empty list; what is known is told also while forces-service is down.
  shared_.WithOwned(call, force, done, [read](const absl::Status&) { read(); });
}

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
          *response->mutable_summary() = overview.summaries().Of(request.force(), moment.today);
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
  return shared_.host().Unary(
      context, request, response,
      [this](rpc::Call& call, const v1::ListForceSummariesRequest& request, v1::ListForceSummariesResponse* response,
             rpc::Done done) {
        ServePage(call, request, response, /*force=*/"", PageLimit(request.page_size()), std::move(done),
                  [](const Overview& overview, const OverviewMoment& moment, const Viewer& viewer,
                     const std::string& after, int limit, v1::ListForceSummariesResponse* response) {
                    *response->mutable_date() = ToPartialDate(moment.today);
                    const auto chosen = ForcesOf(viewer, "");
                    Page page(limit);
                    overview.summaries().EachForce(after, [&](const std::string& force) {
                      if (chosen && !chosen(force)) return true;
                      if (!page.Add(force)) return false;
                      *response->add_summaries() = overview.summaries().Of(force, moment.today);
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
        ServePage(call, request, response, force, PageLimit(request.page_size()), std::move(done),
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
        ServePage(call, request, response, force, PageLimit(request.page_size()), std::move(done),
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
        ServePage(call, request, response, force, Limit(request.page_size(), 20, 100), std::move(done),
                  [&request, force, words = std::move(words)](const Overview& overview, const OverviewMoment&,
                                                              const Viewer& viewer, const std::string& after, int limit,
                                                              v1::SearchConcernsResponse* response) {
                    const auto chosen = ForcesOf(viewer, force);
                    Page page(limit);
                    overview.search().Each(words, ParseHitPlace(after), [&](const Document& document) {
                      const bool wanted = (viewer.sees_everything() || document.issued) &&
                                          (!chosen || chosen(document.force)) &&
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
