#include "concerns-service/service/history_reader.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/errors.h"
#include "common/rpc/message_diff.h"
#include "common/rpc/parse_version.h"
#include "common/rpc/resources.h"
#include "common/rpc/tokens.h"
#include "concerns-service/domain/concern_history.h"
#include "concerns-service/domain/names.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::concerns {
namespace {

using google::protobuf::Message;

// How many transactions are read at a time, at most.
constexpr int kBatch = 200;

// Reads batch after batch until the page is full and it is known whether there is more. Keeps itself alive by the
// callbacks it is owed; one of them runs at a time.
class HistoryReader : public std::enable_shared_from_this<HistoryReader> {
 public:
  HistoryReader(ServiceContext& shared, rpc::Call& call, const v1::GetConcernHistoryRequest& request,
                v1::GetConcernHistoryResponse* response, rpc::Done done)
      : shared_(shared),
        ledger_(shared.resources().ledger()),
        viewer_(shared.ViewerOf(call)),
        request_(request),
        response_(response),
        done_(std::move(done)),
        parameters_(rpc::HashParameters(call.method(), request, viewer_.sees_everything() ? "" : viewer_.name())),
        limit_(request.page_size() <= 0 ? 50 : std::min(request.page_size(), 1000)) {}

  // The history below revision `before`.
  void Read(ledger::Revision before) {
    ledger::HistoryQuery query;
    query.name = request_.name();
    query.before = before;
    query.limit = std::min(limit_ + 1, kBatch);
    query.below = true;
    ledger_.History(std::move(query), [self = shared_from_this()](absl::StatusOr<ledger::HistoryResult> batch) {
      if (!batch.ok()) return self->done_(batch.status());
      self->entries_ = std::move(batch->entries);
      self->more_ = batch->more;
      self->FindBefore();
    });
  }

 private:
  // What each version of the batch followed: another one of the batch, or one that is fetched.
  void FindBefore() {
    before_.assign(entries_.size(), std::nullopt);
    std::map<std::string, size_t> oldest;
    for (size_t i = 0; i < entries_.size(); ++i) {
      const ledger::Version& version = entries_[i].version;
      const auto later = oldest.find(version.name);
      if (later != oldest.end() && !version.deleted) before_[later->second] = version;
      oldest[version.name] = i;
    }
    to_fetch_.clear();
    for (const auto& [name, i] : oldest) {
      if (entries_[i].version.version > 1) to_fetch_.push_back(i);
    }
    FetchNext();
  }

  void FetchNext() {
    if (to_fetch_.empty()) return Take();
    const size_t i = to_fetch_.back();
    to_fetch_.pop_back();
    const ledger::Version& version = entries_[i].version;
    ledger_.Get(version.name, {.revision = version.revision - 1},
                [self = shared_from_this(), i](absl::StatusOr<ledger::GetResult> found) {
                  if (!found.ok()) return self->done_(found.status());
                  self->before_[i] = std::move(found->version);
                  self->FetchNext();
                });
  }

  // Puts the acts of the batch on the page.
  void Take() {
    for (size_t i = 0; i < entries_.size();) {
      const ledger::Revision revision = entries_[i].version.revision;
      v1::ConcernAct act;
      rpc::SetChange(entries_[i], act.mutable_change());
      for (; i < entries_.size() && entries_[i].version.revision == revision; ++i) AddChange(i, &act);
      if (act.resources().empty()) continue;
      const size_t bytes = act.ByteSizeLong();
      if (response_->acts_size() == limit_ || (bytes_ + bytes > rpc::kMaxPageBytes && response_->acts_size() > 0)) {
        const ledger::Revision last = response_->acts(response_->acts_size() - 1).change().revision();
        response_->set_next_page_token(
            rpc::EncodePageToken(ledger_.incarnation(), parameters_, {request_.name(), last}));
        return done_(absl::OkStatus());
      }
      bytes_ += bytes;
      *response_->add_acts() = std::move(act);
    }
    if (!more_) return done_(absl::OkStatus());
    Read(entries_.back().version.revision);
  }

  void AddChange(size_t i, v1::ConcernAct* act) const {
    const ledger::Version& version = entries_[i].version;
    if (!Shows(version)) return;
    const bool followed = before_[i].has_value() && Shows(*before_[i]);
    v1::ResourceChange change;
    change.set_name(version.name);
    change.set_kind(version.kind.substr(version.kind.rfind('.') + 1));
    change.set_type(version.deleted ? common::v1::EVENT_TYPE_DELETED
                    : followed      ? common::v1::EVENT_TYPE_MODIFIED
                                    : common::v1::EVENT_TYPE_ADDED);
    if (!version.redacted && !(followed && before_[i]->redacted)) {
      const std::unique_ptr<Message> was = followed ? rpc::ParseVersion(*before_[i]) : nullptr;
      const std::unique_ptr<Message> is = version.deleted ? nullptr : rpc::ParseVersion(version);
      const rpc::MessageDiff diff = rpc::Diff(was.get(), is.get(), {.ignore = {"name"}});
      for (const rpc::FieldChange& field : diff.changes) {
        if (request_.status_only() && !IsStatusField(field.path)) continue;
        auto* told = change.add_fields();
        told->set_field(field.path);
        told->set_old_value(field.before);
        told->set_new_value(field.after);
      }
      change.set_fields_cut(diff.cut);
    }
    if (request_.status_only() && change.fields().empty()) return;
    *act->add_resources() = std::move(change);
  }

  bool Shows(const ledger::Version& version) const { return shared_.kinds().SeesVersion(viewer_, version); }

  ServiceContext& shared_;
  ledger::Ledger& ledger_;
  const Viewer viewer_;
  const v1::GetConcernHistoryRequest& request_;
  v1::GetConcernHistoryResponse* const response_;
  const rpc::Done done_;
  const uint64_t parameters_;
  const int limit_;

  std::vector<ledger::HistoryEntry> entries_;  // The batch.
  std::vector<std::optional<ledger::Version>> before_;
  std::vector<size_t> to_fetch_;
  bool more_ = false;
  size_t bytes_ = 0;
};

}  // namespace

void ReadHistory(ServiceContext& shared, rpc::Call& call, const v1::GetConcernHistoryRequest& request,
                 v1::GetConcernHistoryResponse* response, rpc::Done done) {
  const Viewer viewer = shared.ViewerOf(call);
  if (auto status = viewer.MayAskAbout(ForceOf(request.name()), call.verb()); !status.ok()) return done(status);
  ledger::Revision before = 0;
  if (!request.page_token().empty()) {
    const auto page =
        rpc::DecodePageToken(shared.resources().ledger().incarnation(),
                             rpc::HashParameters(call.method(), request, viewer.sees_everything() ? "" : viewer.name()),
                             request.page_token());
    if (!page.ok()) return done(page.status());
    before = page->revision;
  }
  shared.resources().Read<v1::Concern>(call, request.name(), request.read(),
                                       [&shared, &call, &request, response, viewer, before, done](const auto& found) {
                                         if (!found.ok()) return done(found.status());
                                         if (!shared.kinds().Sees(viewer, found->resource))
                                           return done(NotFound("Concern", request.name()));
                                         shared.resources().SetHeader(found->revision, found->time,
                                                                      response->mutable_header());
                                         std::make_shared<HistoryReader>(shared, call, request, response, done)
                                             ->Read(before > 0 ? before : found->revision + 1);
                                       });
}

}  // namespace oversight::concerns
