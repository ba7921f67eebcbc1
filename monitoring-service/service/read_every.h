// Reads of more than a page: every resource of a kind, and every version below a name, all at one revision.
// Thread-safe; nothing blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/ledger/ledger.h"
#include "common/rpc/resources.h"

namespace oversight::monitoring {

// Every resource of a kind with the terms, page by page at one revision. In the past, some may have been removed by
// law since.
template <class T>
struct Every {
  std::vector<T> resources;
  std::vector<ledger::Version> redacted;
};
template <class T>
void ReadEvery(ledger::Ledger& ledger, ledger::ListQuery query, std::shared_ptr<Every<T>> so_far,
               std::function<void(absl::StatusOr<ledger::Head>)> done) {
  query.kind = T::descriptor()->full_name();
  query.limit = 1000;
  ledger.List(query, [&ledger, query, so_far, done](const absl::StatusOr<ledger::ListResult>& page) mutable {
    if (!page.ok()) return done(page.status());
    for (const auto& version : page->items) {
      if (rpc::IsRedacted(version)) {
        so_far->redacted.push_back(version);
        continue;
      }
      auto resource = rpc::FromVersion<T>(version);
      if (!resource.ok()) return done(resource.status());
      so_far->resources.push_back(*std::move(resource));
    }
    if (!page->more || page->items.empty()) return done(ledger::Head{page->read_revision, page->read_time});
    query.after = page->items.back().name;
    query.as_of = {.revision = page->read_revision};
    ReadEvery<T>(ledger, std::move(query), std::move(so_far), std::move(done));
  });
}

// Every version of `query.name`, and of what is below it when asked, recorded below `query.before`; newest first.
inline void ReadHistory(ledger::Ledger& ledger, ledger::HistoryQuery query,
                        std::shared_ptr<std::vector<ledger::HistoryEntry>> so_far,
                        std::function<void(absl::Status)> done) {
  query.limit = 1000;
  ledger.History(query, [&ledger, query, so_far, done](absl::StatusOr<ledger::HistoryResult> page) mutable {
    if (!page.ok()) return done(page.status());
    for (auto& entry : page->entries) so_far->push_back(std::move(entry));
    if (!page->more || page->entries.empty()) return done(absl::OkStatus());
    query.before = so_far->back().version.revision;
    ReadHistory(ledger, std::move(query), std::move(so_far), std::move(done));
  });
}

}  // namespace oversight::monitoring
