// The one way of a read of what is derived: may the caller ask about this force, where does the page begin, then the
// overview at the moment asked for (overviews.h) with what the caller may see. Nothing here blocks or keeps state.
// Thread-safe.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/rpc/call.h"
#include "common/rpc/tokens.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/service/overviews.h"
#include "concerns-service/service/service_context.h"

namespace oversight::concerns {

inline int Limit(int asked, int unless_given, int most) { return asked <= 0 ? unless_given : std::min(asked, most); }
inline int PageLimit(int asked) { return Limit(asked, 50, 1000); }

// Which forces are meant by a call for `force` ("" for all): all of them for those who see everything.
inline std::function<bool(const std::string&)> ForcesOf(const Viewer& viewer, const std::string& force) {
  if (!force.empty()) return [force](const std::string& other) { return other == force; };
  if (viewer.sees_everything()) return nullptr;
  return [viewer](const std::string& other) { return viewer.Covers(other); };
}

// "forces/-" stands for none in particular.
inline std::string OneForce(const std::string& parent) { return parent == kAnyForce ? std::string() : parent; }

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

// Answers a list: whether the caller may ask about `force` ("" for all), where the page begins, then `fill`, which puts
// at most `limit` items behind the place `after` into the response and says where the next page begins ("": nowhere).
template <class Request, class Response, class Fill>
void ServePage(ServiceContext& shared, Overviews& overviews, rpc::Call& call, const Request& request,
               Response* response, const std::string& force, int limit, rpc::Done done, Fill fill) {
  const Viewer viewer = shared.ViewerOf(call);
  if (auto status = viewer.MayAskAbout(force, call.verb()); !status.ok()) return done(status);
  const std::string& store = shared.resources().ledger().incarnation();
  const uint64_t parameters =
      rpc::HashParameters(call.method(), request, viewer.sees_everything() ? "" : viewer.name());
  rpc::PagePosition page;
  if (!request.page_token().empty()) {
    auto decoded = rpc::DecodePageToken(store, parameters, request.page_token());
    if (!decoded.ok()) return done(decoded.status());
    page = *std::move(decoded);
  }
  const auto answer = [&shared, &store, response, limit, viewer, parameters, page, fill = std::move(fill)](
                          const Overview& overview, const OverviewMoment& moment) -> absl::Status {
    const std::string next = fill(overview, moment, viewer, page.after, limit, response);
    if (!next.empty()) {
      response->set_next_page_token(rpc::EncodePageToken(store, parameters, {next, moment.revision}));
    }
    shared.resources().SetHeader(moment.revision, moment.recorded_time, response->mutable_header());
    return absl::OkStatus();
  };
  // A page shows no older state than the one before, whichever server gives it.
  const auto read = [&overviews, &call, &request, force, page, answer, done] {
    overviews.Read(request.read(), page.revision, call.deadline(), force, answer, done);
  };
  if (force.empty()) return read();
  // An unknown force is an error and not an empty list; what is known is told also while forces-service is down.
  shared.WithOwned(call, force, done, [read](const absl::Status&) { read(); });
}

}  // namespace oversight::concerns
