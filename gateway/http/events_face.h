// GET /v1/events: a dashboard as server-sent events, for pages and for curl. It is WatchDashboard in its caller's name,
// told in short: that something changed, and what each part stands at now; what it is now is read where it is.
//
//   ?force=forces/kent   that force's dashboard; without it, the national one
//   ?since=ID            the state that the reader has; the header `last-event-id`, which browsers send when they come
//                        again, goes before it
//
//   event: state         how it is, to one who said no state
//   event: change        something that the dashboard shows has changed
//   event: resync        more than that may have happened: the reader was away or too slow. Read all of it again
//   data:                {"dashboard": "forces/kent:dashboard", "sections": [{"service", "part", "state", "revision"}]}
//   id:                  the state; the same for everyone who sees the same
//
// While nothing happens a comment comes every ten seconds or so. A reader costs one waiting event, however slow it is:
// events that it does not take become one. A drain ends the stream; browsers come again and resume. Thread-safe.
#pragma once

#include <functional>
#include <memory>

#include "gateway/forward/routes.h"
#include "gateway/http/callers.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway {

class EventsFace final : public HttpFace {
 public:
  // Both must outlive it.
  EventsFace(const Routes& routes, const Callers& callers) : routes_(routes), callers_(callers) {}

  bool Takes(const HttpRequest& request) const override { return request.path() == "/v1/events"; }
  std::shared_ptr<Cancellable> Answer(const HttpRequest& request, absl::Time deadline,
                                      std::function<void(HttpAnswer)> done) override;

 private:
  const Routes& routes_;
  const Callers& callers_;
};

}  // namespace oversight::gateway
