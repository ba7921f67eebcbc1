// The resource kit: how every service reads and writes its resources in the ledger, written once. A service owns one
// Resources over its ledger, registers its message types, and its handlers are then a few lines each:
//
//   resources.Register<Force>([](const Force& f) { return std::vector<ledger::Term>{{"region", f.region()}}; });
//
//   resources.GetResource<Force>(call, q, r, &GetForceResponse::mutable_force, std::move(done));
//
//   resources.Mutate(call, q, r, /*reason=*/"", [&q](Facts& facts) -> absl::StatusOr<Outcome<UpdateForceResponse>> {
//     OVERSIGHT_ASSIGN_OR_RETURN(Force force, facts.Require<Force>(q.force().name()));
//     OVERSIGHT_RETURN_IF_ERROR(CheckEtag(force, q.force().etag()));
//     OVERSIGHT_RETURN_IF_ERROR(ApplyMask(q.force(), MaskOf(q), &force));
//     Outcome<UpdateForceResponse> outcome;
//     *outcome.response.mutable_force() = force;
//     outcome.Put(force);
//     return outcome;
//   }, std::move(done));
//
// Of a resource, etag, revision, create_time and update_time are not stored but stamped on reading from where the
// version stands in the log. In an answer to a change, resources that were put are stamped with that change's own
// revision, and everything else is left as the decide function read it.
//
// What `call`, the request and the response refer to must live until `done` is called: the call wrapper sees to that.
// Register before serving; then thread-safe. The ledger and the clock must outlive it.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ledger/ledger.h"
#include "common/rpc/call.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/tokens.h"
#include "common/time/clock.h"
#include "common/time/timestamp.h"
#include "google/protobuf/message.h"
#include "oversight/common/v1/change.pb.h"
#include "oversight/common/v1/read.pb.h"

namespace oversight::rpc {

// A page holds no more than about this, whatever number of items was asked for: gRPC clients refuse messages over 4
// MiB.
inline constexpr size_t kMaxPageBytes = 2 << 20;

// "\"17\"" for revision 17.
std::string EtagOf(ledger::Revision revision);

// Fills in etag, revision, create_time and update_time from where the version stands.
void Stamp(const ledger::Version& version, google::protobuf::Message* resource);
template <class T, class = std::enable_if_t<!std::is_same_v<T, google::protobuf::Message>>>
void Stamp(const ledger::Version& version, T* resource) {
  resource->set_etag(EtagOf(version.revision));
  resource->set_revision(version.revision);
  SetTime(version.create_time, resource->mutable_create_time());
  SetTime(version.update_time, resource->mutable_update_time());
}
// What is stored: the message without those four, serialised in one order.
std::string ToPayload(const google::protobuf::Message& resource);
// What a service records of its own accord when it starts, such as its reference data: commits under "principals/NAME"
// of it and waits. Never on a thread of calls.
absl::Status CommitAtStart(ledger::Ledger& ledger, const std::string& actor, const std::string& verb,
                           std::function<absl::StatusOr<ledger::Decision>(ledger::View&)> decide);
// A change that puts the resource under its name, listed by nothing.
ledger::Change ChangeTo(const std::string& name, const google::protobuf::Message& resource);
// Parses and stamps; NotReadable when there is no T in it.
template <class T>
absl::StatusOr<T> FromVersion(const ledger::Version& version);
// FAILED_PRECONDITION VERSION_REDACTED when the payload was removed by law, else DATA_LOSS STORE_CORRUPT.
absl::Status NotReadable(const ledger::Version& version);
// Whether the payload was removed by law, and the log says why.
inline bool IsRedacted(const ledger::Version& version) { return version.redacted && !version.redaction.empty(); }

// ABORTED ETAG_MISMATCH when the caller gave an etag and it is not the present one.
template <class T>
absl::Status CheckEtag(const T& resource, const std::string& etag) {
  return etag.empty() || etag == resource.etag() ? absl::OkStatus() : EtagMismatch(resource.name(), resource.etag());
}

// What a decide function may know: the state all earlier changes left, the time, and who acts. Valid only during the
// decide function, on its thread.
class Facts {
 public:
  Facts(ledger::View& view, const Clock& clock, const auth::Principal& actor)
      : view_(view), now_(clock.Now()), actor_(actor) {}

  absl::Time now() const { return now_; }
  const auth::Principal& actor() const { return actor_; }

  // Stamped; nullopt when there is none.
  template <class T>
  absl::StatusOr<std::optional<T>> Get(const std::string& name);
  // NOT_FOUND when there is none.
  template <class T>
  absl::StatusOr<T> Require(const std::string& name);
  // A version of now or the past, as it is stored; nullopt when that revision did not change the resource.
  absl::StatusOr<std::optional<ledger::StoredVersion>> Version(const ledger::VersionId& id) {
    return view_.GetVersion(id);
  }
  // Whether that version is what the resource is now.
  absl::StatusOr<bool> IsCurrent(const ledger::VersionId& id);
  // Those with the term, in natural order of name, stamped. {"", ""} lists the whole kind.
  template <class T>
  absl::StatusOr<std::vector<T>> List(const std::string& term, const std::string& value, int limit = 1000);
  // Whatever kind it is; nullopt when there is none.
  absl::StatusOr<std::optional<ledger::Version>> Find(const std::string& name) { return Fetch(name); }
  // The next free number below `prefix` ("forces/kent/concerns/"): one more each time it is asked.
  absl::StatusOr<int64_t> NextNumber(const std::string& prefix);

 private:
  friend class Resources;
  absl::StatusOr<std::optional<ledger::Version>> Fetch(const std::string& name);
  // When the resource was created, as the view has it; nullopt for a new one.
  absl::StatusOr<std::optional<absl::Time>> CreateTimeOf(const std::string& name);

  ledger::View& view_;
  const absl::Time now_;
  const auth::Principal& actor_;
  std::map<std::string, std::optional<absl::Time>> create_times_;
  std::map<std::string, int64_t> numbers_;
};

// What a decide function wants: resources to store, in order, and the answer. Copies of what is stored belong into the
// answer as they were put. No resource: nothing is stored, the answer stands at the present revision.
class Changes {
 public:
  void Put(const google::protobuf::Message& resource) { Add(resource, ledger::Change::Operation::kPut); }
  // `resource` is its last state, for watchers.
  void Delete(const google::protobuf::Message& resource) { Add(resource, ledger::Change::Operation::kDelete); }
  bool empty() const { return items_.empty(); }

 private:
  friend class Resources;
  struct Item {
    std::unique_ptr<google::protobuf::Message> resource;
    ledger::Change::Operation operation;
  };
  void Add(const google::protobuf::Message& resource, ledger::Change::Operation operation);
  std::vector<Item> items_;
};
template <class Response>
struct Outcome : Changes {
  Response response;
};

// One answer of a read, and where it stands.
template <class T>
struct Found {
  T resource;
  ledger::Revision revision = 0;
  absl::Time time;
  // Of a list, for callers who may see all: the records of redaction of what was left out.
  std::vector<std::string> redactions;
};

// What a list asks of the ledger. `filter` runs on a reader thread and sees the stamped resource.
template <class T>
struct Selection {
  std::vector<ledger::Term> all_of;
  std::function<bool(const T&)> filter;
  // What else decides what this caller is shown, such as the principal's name: the page token is bound to it. Empty for
  // callers who may see all; they alone are told of what is left out because it was redacted.
  std::string visibility;
  // Optional: makes each item what this caller may see of it, such as without a reference it may not follow.
  std::function<void(T*)> present;
};

class Resources {
 public:
  Resources(ledger::Ledger& ledger, const Clock& clock) : ledger_(ledger), clock_(clock) {}

  // Makes T storable. `index_terms` says by what it can be listed.
  template <class T>
  void Register(std::function<std::vector<ledger::Term>(const T&)> index_terms = nullptr);

  // ---- Writing ----

  // Decides on the ledger's writer thread and stores; `decide` is absl::StatusOr<Outcome<Response>>(Facts&), may run
  // more than once and must not block. Audit from the call, and from the request as which act it counts; the
  // idempotency key from the request's `request_id`. Answers with the outcome's response, stamped, and its header.
  // `done` is a Done, or what goes on with one of several requests that came in one call.
  using Finished = std::function<void(const absl::Status&)>;
  template <class Request, class Response, class Body>
  void Mutate(Call& call, const Request& request, Response* response, std::string reason, Body decide, Finished done);

  // An act of the service itself, with no call behind it, such as one whose minute has come.
  struct Act {
    std::string actor;       // principals/{principal}
    std::string verb;        // As in the audit record.
    std::string reason;      // May be empty.
    std::string request_id;  // The same act has the same: whoever tries it again, here or in another process, gets the
                             // first outcome.
  };
  // Decides and stores as Mutate does; what `decide` refuses is neither stored nor remembered.
  void Perform(Act act, std::function<absl::StatusOr<Changes>(Facts&)> decide,
               std::function<void(const absl::StatusOr<ledger::Committed>&)> done);

  // ---- Reading. `read` of the request is honoured: consistency and as_of. ----
  //
  // `visible`, where it is given, hides what the caller may not know: it looks at the resource, and so hides what was
  // redacted too. None: the caller may see all.

  // Answers a GetXRequest {name, read} with {header, resource}. NOT_FOUND for what is not there or is hidden,
  // VERSION_REDACTED for what was redacted.
  template <class T, class Request, class Response>
  void GetResource(Call& call, const Request& request, Response* response, T* (Response::*mutable_resource)(),
                   Done done, std::function<bool(const T&)> visible = nullptr);

  // Answers a ListXsRequest {page_size, page_token, read} with {header, items, next_page_token}. What was redacted is
  // left out, and the header says so.
  template <class T, class Request, class Response>
  void ListResources(Call& call, const Request& request, Response* response,
                     google::protobuf::RepeatedPtrField<T>* (Response::*mutable_items)(), Selection<T> selection,
                     Done done);

  // Answers a ListXVersionsRequest {name, page_size, page_token} with {header, versions{change, resource},
  // next_page_token}, newest first. Of a deleted resource too; NOT_FOUND when there never was one. `visible` leaves out
  // versions the caller may not see, and nothing tells of them: pages are full without them, and there is a next page
  // only when there is something on it. Of what was redacted the change alone is told, with the record of redaction.
  template <class T, class Request, class Response, class Entry>
  void ListVersions(Call& call, const Request& request, Response* response,
                    google::protobuf::RepeatedPtrField<Entry>* (Response::*mutable_versions)(),
                    T* (Entry::*mutable_resource)(), Done done, std::function<bool(const T&)> visible = nullptr);

  // For handlers that need a resource and do more with it, such as ListAllowedActions. Errors as GetResource.
  template <class T>
  void Read(Call& call, const std::string& name, const common::v1::ReadOptions& read,
            std::function<void(absl::StatusOr<Found<T>>)> done, std::function<bool(const T&)> visible = nullptr);
  // The same for a list, without pages: at most `limit` (1,000). Without what was redacted.
  template <class T>
  void ReadAll(Call& call, const common::v1::ReadOptions& read, Selection<T> selection,
               std::function<void(absl::StatusOr<Found<std::vector<T>>>)> done, int limit = 1000);

  // Waits, within the call's deadline, until what `read` asks for can be read, and says at which moment to read it.
  void Settle(Call& call, const common::v1::ReadOptions& read, std::function<void(absl::StatusOr<ledger::AsOf>)> done);

  void SetHeader(ledger::Revision revision, absl::Time time, common::v1::ResponseHeader* header) const;
  std::string Token(ledger::Revision revision) const { return EncodeConsistencyToken(ledger_.incarnation(), revision); }
  ledger::Ledger& ledger() { return ledger_; }
  const Clock& clock() const { return clock_; }

 private:
  struct Kind {
    const google::protobuf::FieldDescriptor *name, *etag, *revision, *create_time, *update_time;
    std::function<std::vector<ledger::Term>(const google::protobuf::Message&)> index_terms;
  };
  struct Decided {
    Changes changes;
    std::unique_ptr<google::protobuf::Message> response;  // Null for an act.
  };
  using DecideFunction = std::function<absl::StatusOr<Decided>(Facts&)>;

  void AddKind(const google::protobuf::Descriptor* type,
               std::function<std::vector<ledger::Term>(const google::protobuf::Message&)> index_terms);
  void Commit(Call& call, const google::protobuf::Message& request, google::protobuf::Message* response,
              std::string reason, DecideFunction decide, Finished done);
  absl::StatusOr<ledger::Decision> Decide(const auth::Principal& actor, const DecideFunction& decide,
                                          ledger::View& view) const;
  absl::Status Answer(const ledger::Committed& committed, google::protobuf::Message* response) const;
  // Runs `visit` on every resource of a registered kind in the message.
  void ForEachResource(google::protobuf::Message* message,
                       const std::function<void(const Kind&, google::protobuf::Message*)>& visit) const;
  // Whether a read can be answered from the present state without waiting.
  bool ReadsPresent(const common::v1::ReadOptions& read) const;
  // Where a list begins or goes on.
  void StartPage(Call& call, const google::protobuf::Message& request, const std::string& page_token,
                 const std::string& visibility, const common::v1::ReadOptions& read,
                 std::function<void(absl::StatusOr<PagePosition>, const ledger::AsOf&)> done);
  std::string NextPageToken(const Call& call, const google::protobuf::Message& request, const std::string& visibility,
                            const std::string& after, ledger::Revision revision) const {
    return EncodePageToken(ledger_.incarnation(), HashParameters(call.method(), request, visibility),
                           {after, revision});
  }
  // History of which only what passes `filter` counts: on `limit`, or all there is.
  void GatherHistory(ledger::HistoryQuery query, std::function<bool(const ledger::Version&)> filter,
                     ledger::HistoryResult so_far, ledger::Callback<ledger::HistoryResult> done);
  static int PageSize(int asked) { return asked <= 0 ? 50 : std::min(asked, 1000); }
  // How many of the first items go on one page: at least one, and otherwise well below what clients take in.
  template <class Items, class VersionOf>
  static size_t PageFits(const Items& items, VersionOf version_of) {
    size_t count = 0;
    for (size_t bytes = 0; count < items.size(); ++count) {
      bytes += version_of(items[count]).payload.size();
      if (bytes > kMaxPageBytes && count > 0) break;
    }
    return count;
  }
  // As a filter of the ledger. What was redacted passes it for callers who may see all, and is hidden from others.
  template <class T>
  static std::function<bool(const ledger::Version&)> FilterOf(std::function<bool(const T&)> filter, bool sees_all);
  // Reads what was found into `resource`, or says why not.
  template <class T>
  static absl::Status Present(const std::string& name, const std::optional<ledger::Version>& version,
                              const std::function<bool(const T&)>& visible, T* resource);

  ledger::Ledger& ledger_;
  const Clock& clock_;
  std::unordered_map<const google::protobuf::Descriptor*, Kind> kinds_;
};

void SetChange(const ledger::HistoryEntry& entry, common::v1::ChangeInfo* change);

// ---- Implementation of the templates. ----

// Parses and stamps into `resource`.
template <class T>
absl::Status ReadVersion(const ledger::Version& version, T* resource) {
  if (version.redacted || version.kind != T::descriptor()->full_name() || !resource->ParseFromString(version.payload)) {
    return NotReadable(version);
  }
  Stamp(version, resource);
  return absl::OkStatus();
}

template <class T>
absl::StatusOr<T> FromVersion(const ledger::Version& version) {
  T resource;
  OVERSIGHT_RETURN_IF_ERROR(ReadVersion(version, &resource));
  return resource;
}

template <class T>
absl::StatusOr<std::optional<T>> Facts::Get(const std::string& name) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<ledger::Version> version, Fetch(name));
  if (!version.has_value()) return std::optional<T>();
  OVERSIGHT_ASSIGN_OR_RETURN(T resource, FromVersion<T>(*version));
  return std::optional<T>(std::move(resource));
}

template <class T>
absl::StatusOr<T> Facts::Require(const std::string& name) {
  OVERSIGHT_ASSIGN_OR_RETURN(std::optional<T> resource, Get<T>(name));
  if (!resource.has_value()) return NotFound(T::descriptor()->name(), name);
  return *std::move(resource);
}

template <class T>
absl::StatusOr<std::vector<T>> Facts::List(const std::string& term, const std::string& value, int limit) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<ledger::Version> versions,
                             view_.List(T::descriptor()->full_name(), {term, value}, limit));
  std::vector<T> resources;
  resources.reserve(versions.size());
  for (const ledger::Version& version : versions) {
    create_times_[version.name] = version.create_time;
    OVERSIGHT_ASSIGN_OR_RETURN(T resource, FromVersion<T>(version));
    resources.push_back(std::move(resource));
  }
  return resources;
}

template <class T>
void Resources::Register(std::function<std::vector<ledger::Term>(const T&)> index_terms) {
  AddKind(T::descriptor(), [index_terms = std::move(index_terms)](const google::protobuf::Message& resource) {
    return index_terms ? index_terms(static_cast<const T&>(resource)) : std::vector<ledger::Term>();
  });
}

template <class Request, class Response, class Body>
void Resources::Mutate(Call& call, const Request& request, Response* response, std::string reason, Body decide,
                       Finished done) {
  Commit(
      call, request, response, std::move(reason),
      [decide = std::move(decide)](Facts& facts) mutable -> absl::StatusOr<Decided> {
        absl::StatusOr<Outcome<Response>> outcome = decide(facts);
        if (!outcome.ok()) return outcome.status();
        Decided decided;
        decided.response = std::make_unique<Response>(std::move(outcome->response));
        decided.changes = std::move(static_cast<Changes&>(*outcome));
        return decided;
      },
      std::move(done));
}

template <class T>
std::function<bool(const ledger::Version&)> Resources::FilterOf(std::function<bool(const T&)> filter, bool sees_all) {
  if (!filter && sees_all) return nullptr;
  return [filter = std::move(filter), sees_all](const ledger::Version& version) {
    if (IsRedacted(version)) return sees_all;
    if (!filter) return true;
    const absl::StatusOr<T> resource = FromVersion<T>(version);
    return !resource.ok() || filter(*resource);  // What cannot be read is kept, so that the list says so.
  };
}

template <class T>
absl::Status Resources::Present(const std::string& name, const std::optional<ledger::Version>& version,
                                const std::function<bool(const T&)>& visible, T* resource) {
  const bool hidden = visible && version.has_value() && IsRedacted(*version);
  if (!version.has_value() || version->deleted || hidden) return NotFound(T::descriptor()->name(), name);
  OVERSIGHT_RETURN_IF_ERROR(ReadVersion(*version, resource));
  return visible && !visible(*resource) ? NotFound(T::descriptor()->name(), name) : absl::OkStatus();
}

template <class T, class Request, class Response>
void Resources::GetResource(Call& call, const Request& request, Response* response, T* (Response::*mutable_resource)(),
                            Done done, std::function<bool(const T&)> visible) {
  auto answer = [this, &request, response, mutable_resource,
                 visible = std::move(visible)](const ledger::GetResult& found) -> absl::Status {
    OVERSIGHT_RETURN_IF_ERROR(Present(request.name(), found.version, visible, (response->*mutable_resource)()));
    SetHeader(found.read_revision, found.read_time, response->mutable_header());
    return absl::OkStatus();
  };
  if (ledger::GetResult cached; ReadsPresent(request.read()) && ledger_.TryGetCached(request.name(), &cached)) {
    done(answer(cached));
    return;
  }
  Settle(call, request.read(), [this, &request, answer, done](const absl::StatusOr<ledger::AsOf>& as_of) {
    if (!as_of.ok()) return done(as_of.status());
    ledger_.Get(request.name(), *as_of, [answer, done](const absl::StatusOr<ledger::GetResult>& found) {
      done(found.ok() ? answer(*found) : found.status());
    });
  });
}

template <class T, class Request, class Response>
void Resources::ListResources(Call& call, const Request& request, Response* response,
                              google::protobuf::RepeatedPtrField<T>* (Response::*mutable_items)(),
                              Selection<T> selection, Done done) {
  StartPage(call, request, request.page_token(), selection.visibility, request.read(),
            [this, &call, &request, response, mutable_items, selection, done](const absl::StatusOr<PagePosition>& page,
                                                                              const ledger::AsOf& as_of) {
              if (!page.ok()) return done(page.status());
              ledger::ListQuery query;
              query.kind = T::descriptor()->full_name();
              query.all_of = selection.all_of;
              query.after = page->after;
              query.limit = PageSize(request.page_size());
              query.as_of = as_of;
              query.filter = FilterOf<T>(selection.filter, selection.visibility.empty());
              ledger_.List(std::move(query),
                           [this, &call, &request, response, mutable_items, visibility = selection.visibility,
                            present = selection.present, done](const absl::StatusOr<ledger::ListResult>& result) {
                             if (!result.ok()) return done(result.status());
                             const size_t fits = PageFits(
                                 result->items, [](const auto& item) -> auto& { return item; });
                             for (size_t i = 0; i < fits; ++i) {
                               const ledger::Version& version = result->items[i];
                               if (IsRedacted(version)) {
                                 response->mutable_header()->add_redactions(version.redaction);
                                 continue;
                               }
                               absl::StatusOr<T> resource = FromVersion<T>(version);
                               if (!resource.ok()) return done(resource.status());
                               if (present) present(&*resource);
                               *(response->*mutable_items)()->Add() = *std::move(resource);
                             }
                             if (fits > 0 && (result->more || fits < result->items.size())) {
                               response->set_next_page_token(NextPageToken(
                                   call, request, visibility, result->items[fits - 1].name, result->read_revision));
                             }
                             SetHeader(result->read_revision, result->read_time, response->mutable_header());
                             done(absl::OkStatus());
                           });
            });
}

template <class T, class Request, class Response, class Entry>
void Resources::ListVersions(Call& call, const Request& request, Response* response,
                             google::protobuf::RepeatedPtrField<Entry>* (Response::*mutable_versions)(),
                             T* (Entry::*mutable_resource)(), Done done, std::function<bool(const T&)> visible) {
  ledger::HistoryQuery query;
  query.name = request.name();
  if (!request.page_token().empty()) {
    const absl::StatusOr<PagePosition> page =
        DecodePageToken(ledger_.incarnation(), HashParameters(call.method(), request), request.page_token());
    if (!page.ok()) return done(page.status());
    query.before = page->revision;
  }
  const int limit = PageSize(request.page_size());
  // One more than the page takes tells whether there is another page.
  query.limit = limit + 1;
  const bool sees_all = !visible;
  GatherHistory(std::move(query), FilterOf<T>(std::move(visible), sees_all), {},
                [this, &call, &request, response, mutable_versions, mutable_resource, limit,
                 done](const absl::StatusOr<ledger::HistoryResult>& result) {
                  if (!result.ok()) return done(result.status());
                  // Also when there are some that the caller may not see.
                  if (result->entries.empty() && request.page_token().empty()) {
                    return done(NotFound(T::descriptor()->name(), request.name()));
                  }
                  const size_t fits =
                      std::min(static_cast<size_t>(limit),
                               PageFits(
                                   result->entries, [](const auto& entry) -> auto& { return entry.version; }));
                  for (size_t i = 0; i < fits; ++i) {
                    const ledger::HistoryEntry& entry = result->entries[i];
                    Entry* item = (response->*mutable_versions)()->Add();
                    SetChange(entry, item->mutable_change());
                    if (IsRedacted(entry.version)) continue;
                    const absl::Status read = ReadVersion(entry.version, (item->*mutable_resource)());
                    if (!read.ok()) return done(read);
                  }
                  if (fits < result->entries.size()) {
                    response->set_next_page_token(
                        NextPageToken(call, request, "", request.name(), result->entries[fits - 1].version.revision));
                  }
                  SetHeader(result->read_revision, result->read_time, response->mutable_header());
                  done(absl::OkStatus());
                });
}

template <class T>
void Resources::Read(Call& call, const std::string& name, const common::v1::ReadOptions& read,
                     std::function<void(absl::StatusOr<Found<T>>)> done, std::function<bool(const T&)> visible) {
  Settle(call, read, [this, name, done, visible = std::move(visible)](const absl::StatusOr<ledger::AsOf>& as_of) {
    if (!as_of.ok()) return done(as_of.status());
    ledger_.Get(name, *as_of, [name, done, visible](const absl::StatusOr<ledger::GetResult>& found) {
      if (!found.ok()) return done(found.status());
      Found<T> result{{}, found->read_revision, found->read_time, {}};
      const absl::Status status = Present(name, found->version, visible, &result.resource);
      if (!status.ok()) return done(status);
      done(std::move(result));
    });
  });
}

template <class T>
void Resources::ReadAll(Call& call, const common::v1::ReadOptions& read, Selection<T> selection,
                        std::function<void(absl::StatusOr<Found<std::vector<T>>>)> done, int limit) {
  Settle(call, read, [this, selection = std::move(selection), done, limit](const absl::StatusOr<ledger::AsOf>& as_of) {
    if (!as_of.ok()) return done(as_of.status());
    ledger::ListQuery query;
    query.kind = T::descriptor()->full_name();
    query.all_of = selection.all_of;
    query.limit = limit;
    query.as_of = *as_of;
    query.filter = FilterOf<T>(selection.filter, selection.visibility.empty());
    ledger_.List(std::move(query), [done](const absl::StatusOr<ledger::ListResult>& result) {
      if (!result.ok()) return done(result.status());
      Found<std::vector<T>> found;
      found.revision = result->read_revision;
      found.time = result->read_time;
      for (const ledger::Version& version : result->items) {
        if (IsRedacted(version)) {
          found.redactions.push_back(version.redaction);
          continue;
        }
        absl::StatusOr<T> resource = FromVersion<T>(version);
        if (!resource.ok()) return done(resource.status());
        found.resource.push_back(*std::move(resource));
      }
      done(std::move(found));
    });
  });
}

}  // namespace oversight::rpc
