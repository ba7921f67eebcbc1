// Every resource of a kind with the terms of a query, however many there are: page by page at one revision. For what is
// derived from all of them; lists that clients page through are ListResources. Thread safety: free functions; nothing
// blocks.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/ledger.h"
#include "common/rpc/resources.h"

namespace oversight::monitoring {

// Adds them to `so_far`, then says at which revision they stand.
template <class T>
void ReadEvery(ledger::Ledger& ledger, ledger::ListQuery query, std::shared_ptr<std::vector<T>> so_far,
               std::function<void(absl::StatusOr<ledger::Head>)> done) {
  query.kind = T::descriptor()->full_name();
  query.limit = 1000;
  ledger.List(query, [&ledger, query, so_far, done](const absl::StatusOr<ledger::ListResult>& page) mutable {
    if (!page.ok()) return done(page.status());
    for (const auto& version : page->items) {
      auto resource = rpc::FromVersion<T>(version);
      if (!resource.ok()) return done(resource.status());
      so_far->push_back(*std::move(resource));
    }
    if (!page->more || page->items.empty()) return done(ledger::Head{page->read_revision, page->read_time});
    query.after = page->items.back().name;
    query.as_of = {.revision = page->read_revision};
    ReadEvery<T>(ledger, std::move(query), std::move(so_far), std::move(done));
  });
}

}  // namespace oversight::monitoring
