#include "common/rpc/projection.h"

#include <mutex>
#include <string>
#include <utility>

#include "common/rpc/errors.h"
#include "common/rpc/resources.h"
#include "common/rpc/tokens.h"
#include "common/rpc/watch_stream.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

// As much as the ledger gives at a time.
constexpr int kListPage = 1000;

// A Watch of the ledger without a wire: what the feed writes, the informer gets, on the projection's thread.
class LedgerWatch final : public WatchCall, public WatchPort, public std::enable_shared_from_this<LedgerWatch> {
 public:
  LedgerWatch(SerialThread& thread, const WatchShape& shape, std::function<void(std::unique_ptr<Message>)> message,
              std::function<void(absl::Status)> done)
      : thread_(thread), shape_(shape), message_(std::move(message)), done_(std::move(done)) {}

  void Open(const common::v1::WatchStart& start, const WatchOptions& options) {
    auto feed = WatchFeed::Start(shared_from_this(), shape_, start, options);
    if (feed == nullptr) return;
    bool ended;
    {
      std::lock_guard lock(mu_);
      ended = ended_;
      if (!ended) feed_ = feed;
    }
    if (ended) feed->Stop();
  }

  // WatchCall.
  void Cancel() override { End(absl::CancelledError("The projection is no longer kept.")); }

  // WatchPort.
  std::unique_ptr<Message> NewResponse() const override { return shape_.NewResponse(); }
  void Write(Message* response, std::function<void(bool ok)> written) override {
    std::shared_ptr<Message> taken = NewResponse();
    taken->GetReflection()->Swap(taken.get(), response);
    thread_.Post([self = shared_from_this(), taken = std::move(taken), written = std::move(written)] {
      std::unique_ptr<Message> message = self->NewResponse();
      message->GetReflection()->Swap(message.get(), taken.get());
      self->message_(std::move(message));
      written(true);
    });
  }
  void Finish(const absl::Status& status) override { End(status); }

 private:
  // `done_` follows all messages: the thread runs in order.
  void End(const absl::Status& status) {
    std::shared_ptr<WatchFeed> feed;
    {
      std::lock_guard lock(mu_);
      if (ended_) return;
      ended_ = true;
      feed = std::move(feed_);
    }
    if (feed != nullptr) feed->Stop();
    thread_.Post([self = shared_from_this(), status] { self->done_(status); });
  }

  SerialThread& thread_;
  const WatchShape& shape_;
  const std::function<void(std::unique_ptr<Message>)> message_;
  const std::function<void(absl::Status)> done_;
  std::mutex mu_;
  std::shared_ptr<WatchFeed> feed_;  // Null once ended.
  bool ended_ = false;
};

InformerOptions OptionsOf(std::string owner, observe::Metrics* metrics) {
  InformerOptions options;
  options.owner = std::move(owner);
  options.metrics = metrics;
  // The ledger does not go silent as a connection does, and indexes may take their time over a whole listing.
  options.dead_after = absl::Minutes(5);
  return options;
}

OpenWatch OpenerOf(ledger::Ledger& ledger, const Clock& clock, const WatchShape& shape,
                   const std::vector<const Descriptor*>& kinds, SerialThread& thread) {
  WatchOptions options{.ledger = &ledger, .clock = &clock};
  options.kinds = kinds;
  options.bookmark_unseen = true;
  options.chunk_items = kListPage;
  return [options, &shape, &thread](const common::v1::WatchStart& start,
                                    std::function<void(std::unique_ptr<Message>)> message,
                                    std::function<void(absl::Status)> done) {
    auto watch = std::make_shared<LedgerWatch>(thread, shape, std::move(message), std::move(done));
    watch->Open(start, options);
    return watch;
  };
}

// Reads one kind after the other, page after page, all at one revision. Keeps itself alive by the callbacks it is owed.
class PastReader : public std::enable_shared_from_this<PastReader> {
 public:
  using DoneReading = std::function<void(absl::StatusOr<std::shared_ptr<const InformerCopy>>)>;

  PastReader(ledger::Ledger& ledger, const std::vector<const Descriptor*>& kinds, Projection::Terms terms,
             ledger::AsOf as_of, DoneReading done)
      : ledger_(ledger),
        kinds_(kinds),
        terms_(std::move(terms)),
        done_(std::move(done)),
        as_of_(std::move(as_of)),
        copy_(kinds) {}

  void Next() {
    ledger::ListQuery query;
    query.kind = kinds_[kind_]->full_name();
    if (terms_) query.all_of = terms_(kinds_[kind_]);
    query.after = after_;
    query.limit = kListPage;
    query.as_of = as_of_;
    ledger_.List(std::move(query), [self = shared_from_this()](const absl::StatusOr<ledger::ListResult>& page) {
      if (!page.ok()) return self->done_(page.status());
      if (absl::Status status = self->Take(*page); !status.ok()) return self->done_(std::move(status));
      if (self->kind_ < self->kinds_.size()) return self->Next();
      self->done_(self->copy_.Build());
    });
  }

 private:
  absl::Status Take(const ledger::ListResult& page) {
    as_of_ = {.revision = page.read_revision};
    copy_.Place(page.read_revision, EncodeConsistencyToken(ledger_.incarnation(), page.read_revision), page.read_time);
    for (const ledger::Version& version : page.items) {
      if (IsRedacted(version)) continue;  // What it said then cannot be known any more.
      std::unique_ptr<Message> resource(
          google::protobuf::MessageFactory::generated_factory()->GetPrototype(kinds_[kind_])->New());
      if (!resource->ParseFromString(version.payload)) return NotReadable(version);
      Stamp(version, resource.get());
      copy_.Put(kinds_[kind_], version.name, std::move(resource));
    }
    if (page.more && !page.items.empty()) {
      after_ = page.items.back().name;
    } else {
      ++kind_;
      after_.clear();
    }
    return absl::OkStatus();
  }

  ledger::Ledger& ledger_;
  const std::vector<const Descriptor*> kinds_;
  const Projection::Terms terms_;
  const DoneReading done_;
  ledger::AsOf as_of_;
  InformerCopyBuilder copy_;
  size_t kind_ = 0;
  std::string after_;
};

}  // namespace

Projection::Projection(std::string owner, ledger::Ledger& ledger, const Clock& clock, const WatchShape& shape,
                       std::vector<const Descriptor*> kinds, observe::Metrics* metrics)
    : InformerCore(OptionsOf(std::move(owner), metrics), OpenerOf(ledger, clock, shape, kinds, thread), kinds),
      ledger_(ledger),
      kinds_(std::move(kinds)) {}

Projection::~Projection() { Stop(); }

void Projection::Settle(const common::v1::ReadOptions& read, absl::Time deadline, Done done) {
  switch (read.consistency().mode_case()) {
    case common::v1::Consistency::kAtLeastAsFresh: {
      const absl::StatusOr<int64_t> revision =
          DecodeConsistencyToken(ledger_.incarnation(), read.consistency().at_least_as_fresh());
      if (!revision.ok()) return done(revision.status());
      return WaitFor(*revision, deadline, std::move(done));
    }
    case common::v1::Consistency::kFullyConsistent:
      return ledger_.Refresh(deadline, [this, deadline, done](const absl::StatusOr<ledger::Head>& head) {
        if (!head.ok()) return done(head.status());
        WaitFor(head->revision, deadline, done);
      });
    default:
      return WaitFor(ledger_.head().revision, deadline, std::move(done));
  }
}

void Projection::ReadAsOf(const ledger::AsOf& as_of, const Terms& terms,
                          std::function<void(absl::StatusOr<std::shared_ptr<const InformerCopy>>)> done) {
  std::make_shared<PastReader>(ledger_, kinds_, terms, as_of, std::move(done))->Next();
}

}  // namespace oversight::rpc
