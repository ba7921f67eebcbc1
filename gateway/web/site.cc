#include "gateway/web/site.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gateway/web/asset_pages.h"
#include "gateway/web/forms/form.h"
#include "gateway/web/forms/form_page.h"
#include "gateway/web/pages.h"

namespace oversight::gateway::web {
namespace {

struct Row {
  const char* path;  // "*" stands for any one segment.
  void (*show)(const VisitPtr&);
  double cost = 10;  // About what the calls cost that it makes.
};
constexpr Row kPages[] = {
    {"register", &ShowRegister},
    {"announcements", &ShowAnnouncements},
    {"attention", &ShowAttention},
    {"agenda", &ShowAgenda, 100},
    {"compare", &ShowComparison},
    {"reads", &ShowReads},
    {"search", &ShowSearch, 12},
    {"viewer", &ShowViewer},
    {"sign-in", &ShowSignIn},
    {"sign-in/callback", &ShowSignInCallback},
    {"sign-out", &ShowSignOut},
    {"forces/*", &ShowForce},
    {"forces/*/next", &ShowNext},
    {"forces/*/concerns/*", &ShowConcern},
    {"forces/*/concerns/*/recommendations/*", &ShowRecommendation},
    {"forces/*/proposals/*", &ShowProposal},
    {"forces/*/announcements", &ShowAnnouncements},
    {"forces/*/announcements/*", &ShowAnnouncement},
    {"forces/*/decisions/*", &ShowDecision, 30},
    {"forces/*/timeline", &ShowTimeline, 30},
    {"forces/*/agenda", &ShowAgenda, 100},
    {"assets/*/*", &ShowAsset, 1},
};

bool Matches(const char* path, const std::vector<std::string>& segments) {
  const std::vector<absl::string_view> wanted = absl::StrSplit(path, '/');
  if (wanted.size() != segments.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == "*" ? segments[i].empty() : wanted[i] != segments[i]) return false;
  }
  return true;
}

}  // namespace

bool Site::Takes(const HttpRequest& request) const {
  if (request.reads()) return true;
  if (request.method != "POST") return false;
  const std::string_view path = request.path();
  return path == "/viewer" || path == "/sign-out" || FindForm(SegmentsOf(path)) != nullptr;
}

double Site::Cost(const HttpRequest& request) const {
  const std::vector<std::string> segments = SegmentsOf(request.path());
  for (const Row& row : kPages) {
    if (Matches(row.path, segments)) return row.cost;
  }
  return 10;
}

std::optional<HttpAnswer> Site::Refusal(const HttpRequest& request, const absl::Status& status) const {
  HttpAnswer answer;
  // A visit that asks nothing is answered before Fail returns.
  const auto visit = std::make_shared<Visit>(site_, request, absl::InfiniteFuture(),
                                             [&answer](HttpAnswer failed) { answer = std::move(failed); });
  visit->Fail(status);
  return answer;
}

std::shared_ptr<Cancellable> Site::Answer(const HttpRequest& request, absl::Time deadline,
                                          std::function<void(HttpAnswer)> done) {
  const auto visit = std::make_shared<Visit>(site_, request, deadline, std::move(done));
  auto calls = visit->calls();
  if (visit->segments().empty()) {
    ShowHome(visit);
    return calls;
  }
  for (const Row& row : kPages) {
    if (!Matches(row.path, visit->segments())) continue;
    row.show(visit);
    return calls;
  }
  if (FindForm(visit->segments()) != nullptr) {
    ShowForm(visit);
  } else {
    visit->NotFound();
  }
  return calls;
}

}  // namespace oversight::gateway::web
