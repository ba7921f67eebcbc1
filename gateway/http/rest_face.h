// The REST face: GET /v1/{name} and lists by the names of the resources, for curl and spreadsheets. Which path is which
// read follows from the contract (rest_paths.h); the answer is the same JSON that Connect gives. An answer has an ETag;
// sent back as If-None-Match, it saves the body while nothing that is shown has changed.
//
// An answer of the gateway's own dashboards is given again while nothing has changed (answer_memory.h).
//
// A list is also there to be taken away (export/rows.h): its path with .csv or .jsonl, whole and in the memory of one
// page; what has days with .ics, announcements with .atom. All of it is described at /v1/openapi.json (openapi.h).
// Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/http/answer_memory.h"
#include "gateway/http/callers.h"
#include "gateway/http/http_face.h"
#include "gateway/http/rest_paths.h"

namespace oversight::gateway {

class RestFace final : public HttpFace {
 public:
  // All must outlive it, and nothing is added to the routes any more.
  RestFace(const Routes& routes, const Callers& callers, AnswerMemory& memory);

  // Everything under /v1.
  bool Takes(const HttpRequest& request) const override;
  std::shared_ptr<Cancellable> Answer(const HttpRequest& request, absl::Time deadline,
                                      std::function<void(HttpAnswer)> done) override;

 private:
  const Routes& routes_;
  const Callers& callers_;
  AnswerMemory& memory_;
  const RestPaths paths_;
  const std::string document_;  // At /v1/openapi.json.
};

}  // namespace oversight::gateway
