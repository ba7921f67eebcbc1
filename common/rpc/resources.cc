#include "common/rpc/resources.h"

#include <future>

#include <openssl/sha.h>

#include "absl/strings/str_cat.h"
#include "common/observe/json_log.h"
#include "common/observe/spans.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace oversight::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

// The revision, in a kept answer, of a resource that the change itself writes.
constexpr int64_t kToBeStamped = -1;

// One order for all, so that equal messages give equal bytes.
std::string Canonical(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string Sha256(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), sizeof(digest));
}

// A string field of the request, or "".
std::string TextField(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return {};
  return message.GetReflection()->GetString(message, field);
}

void SetTimeField(Message* message, const FieldDescriptor* field, absl::Time time) {
  SetTime(time, static_cast<Timestamp*>(message->GetReflection()->MutableMessage(message, field)));
}

}  // namespace

std::string EtagOf(ledger::Revision revision) { return absl::StrCat("\"", revision, "\""); }

void Stamp(const ledger::Version& version, Message* resource) {
  const Descriptor* type = resource->GetDescriptor();
  const auto* reflection = resource->GetReflection();
  if (const auto* etag = type->FindFieldByName("etag")) reflection->SetString(resource, etag, EtagOf(version.revision));
  if (const auto* revision = type->FindFieldByName("revision")) {
    reflection->SetInt64(resource, revision, version.revision);
  }
  if (const auto* time = type->FindFieldByName("create_time")) SetTimeField(resource, time, version.create_time);
  if (const auto* time = type->FindFieldByName("update_time")) SetTimeField(resource, time, version.update_time);
}

absl::Status CommitAtStart(ledger::Ledger& ledger, const std::string& actor, const std::string& verb,
                           std::function<absl::StatusOr<ledger::Decision>(ledger::View&)> decide) {
  ledger::Command command;
  command.audit.actor = actor;
  command.audit.verb = verb;
  command.decide = std::move(decide);
  std::promise<absl::Status> stored;
  ledger.Commit(std::move(command), [&stored](const absl::StatusOr<ledger::Committed>& committed) {
    stored.set_value(committed.status());
  });
  return stored.get_future().get();
}

ledger::Change ChangeTo(const std::string& name, const google::protobuf::Message& resource) {
  ledger::Change change;
  change.name = name;
  change.kind = resource.GetDescriptor()->full_name();
  change.payload = ToPayload(resource);
  return change;
}

std::string ToPayload(const Message& resource) {
  std::unique_ptr<Message> copy(resource.New());
  copy->CopyFrom(resource);
  for (const char* name : {"etag", "revision", "create_time", "update_time"}) {
    if (const auto* field = copy->GetDescriptor()->FindFieldByName(name)) {
      copy->GetReflection()->ClearField(copy.get(), field);
    }
  }
  return Canonical(*copy);
}

absl::Status NotReadable(const ledger::Version& version) {
  if (IsRedacted(version)) {
    return Error(absl::StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_VERSION_REDACTED,
                 absl::StrCat("What ", version.name, " was from revision ", version.revision,
                              " on was removed by law; ", version.redaction, " says why."))
        .With("name", version.name)
        .With("revision", absl::StrCat(version.revision))
        .With("redaction", version.redaction);
  }
  return Error(absl::StatusCode::kDataLoss, common::v1::ERROR_REASON_STORE_CORRUPT,
               absl::StrCat("What the store holds for ", version.name, " at revision ", version.revision,
                            " is not what was asked for."))
      .With("name", version.name)
      .With("kind", version.kind);
}

void SetChange(const ledger::HistoryEntry& entry, common::v1::ChangeInfo* change) {
  change->set_revision(entry.version.revision);
  SetTime(entry.version.update_time, change->mutable_recorded_time());
  change->set_actor(entry.audit.actor);
  change->set_verb(entry.audit.verb);
  change->set_reason(entry.audit.reason);
  change->set_request_id(entry.audit.request_id);
  change->set_trace_id(entry.audit.trace_id);
  change->set_redaction(entry.version.redaction);
}

absl::StatusOr<std::optional<ledger::Version>> Facts::Fetch(const std::string& name) {
  OVERSIGHT_ASSIGN_OR_RETURN(std::optional<ledger::Version> version, view_.Get(name));
  create_times_[name] = version.has_value() ? std::optional(version->create_time) : std::nullopt;
  return version;
}

absl::StatusOr<bool> Facts::IsCurrent(const ledger::VersionId& id) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::optional<ledger::Version> version, Fetch(id.name));
  return version.has_value() && version->revision == id.revision;
}

absl::StatusOr<std::optional<absl::Time>> Facts::CreateTimeOf(const std::string& name) {
  const auto it = create_times_.find(name);
  if (it != create_times_.end()) return it->second;
  OVERSIGHT_RETURN_IF_ERROR(Fetch(name).status());
  return create_times_[name];
}

absl::StatusOr<int64_t> Facts::NextNumber(const std::string& prefix) {
  const auto it = numbers_.find(prefix);
  if (it != numbers_.end()) return ++it->second;
  OVERSIGHT_ASSIGN_OR_RETURN(const int64_t last, view_.LastNumber(prefix));
  return numbers_[prefix] = last + 1;
}

void Changes::Add(const Message& resource, ledger::Change::Operation operation) {
  std::unique_ptr<Message> copy(resource.New());
  copy->CopyFrom(resource);
  items_.push_back({std::move(copy), operation});
}

void Resources::AddKind(const Descriptor* type, std::function<std::vector<ledger::Term>(const Message&)> index_terms) {
  kinds_[type] = {type->FindFieldByName("name"),        type->FindFieldByName("etag"),
                  type->FindFieldByName("revision"),    type->FindFieldByName("create_time"),
                  type->FindFieldByName("update_time"), std::move(index_terms)};
}

void Resources::ForEachResource(Message* message, const std::function<void(const Kind&, Message*)>& visit) const {
  const auto kind = kinds_.find(message->GetDescriptor());
  if (kind != kinds_.end()) {
    visit(kind->second, message);
    return;
  }
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      ForEachResource(reflection->MutableMessage(message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      ForEachResource(reflection->MutableRepeatedMessage(message, field, i), visit);
    }
  }
}

absl::StatusOr<ledger::Decision> Resources::Decide(const auth::Principal& actor, const DecideFunction& decide,
                                                   ledger::View& view) const {
  Facts facts(view, clock_, actor);
  OVERSIGHT_ASSIGN_OR_RETURN(Decided decided, decide(facts));
  ledger::Decision decision;
  std::map<std::string, std::optional<absl::Time>> written;  // By name, with when it was created.
  for (const Changes::Item& item : decided.changes.items_) {
    const auto kind = kinds_.find(item.resource->GetDescriptor());
    if (kind == kinds_.end()) {
      return absl::InternalError(absl::StrCat(item.resource->GetTypeName(), " is not a registered resource."));
    }
    ledger::Change change;
    change.operation = item.operation;
    change.name = item.resource->GetReflection()->GetString(*item.resource, kind->second.name);
    change.kind = item.resource->GetTypeName();
    change.payload = ToPayload(*item.resource);
    if (item.operation == ledger::Change::Operation::kPut) change.terms = kind->second.index_terms(*item.resource);
    OVERSIGHT_ASSIGN_OR_RETURN(written[change.name], facts.CreateTimeOf(change.name));
    decision.changes.push_back(std::move(change));
  }
  if (decided.response == nullptr) return decision;
  // What is written now gets its stamps when the revision is known, and is marked until then. Not by 0: that is the
  // revision of a resource that is answered for without ever having been stored.
  ForEachResource(decided.response.get(), [&](const Kind& kind, Message* resource) {
    const auto* reflection = resource->GetReflection();
    const auto it = written.find(reflection->GetString(*resource, kind.name));
    if (it == written.end()) return;
    for (const FieldDescriptor* field : {kind.etag, kind.revision, kind.create_time, kind.update_time}) {
      reflection->ClearField(resource, field);
    }
    reflection->SetInt64(resource, kind.revision, kToBeStamped);
    if (it->second.has_value()) SetTimeField(resource, kind.create_time, *it->second);
  });
  decision.response = Canonical(*decided.response);
  return decision;
}

absl::Status Resources::Answer(const ledger::Committed& committed, Message* response) const {
  if (!response->ParseFromString(committed.response)) {
    return Error(absl::StatusCode::kDataLoss, common::v1::ERROR_REASON_STORE_CORRUPT,
                 "The answer kept for this request id cannot be read.");
  }
  ForEachResource(response, [&](const Kind& kind, Message* resource) {
    const auto* reflection = resource->GetReflection();
    if (reflection->GetInt64(*resource, kind.revision) != kToBeStamped) return;  // Not written by this change.
    reflection->SetString(resource, kind.etag, EtagOf(committed.revision));
    reflection->SetInt64(resource, kind.revision, committed.revision);
    SetTimeField(resource, kind.update_time, committed.recorded_time);
    if (!reflection->HasField(*resource, kind.create_time)) {
      SetTimeField(resource, kind.create_time, committed.recorded_time);
    }
  });
  const FieldDescriptor* field = response->GetDescriptor()->FindFieldByName("header");
  auto* header = static_cast<common::v1::ResponseHeader*>(response->GetReflection()->MutableMessage(response, field));
  SetHeader(committed.revision, committed.recorded_time, header);
  header->set_replayed(committed.replayed);
  return absl::OkStatus();
}

void Resources::Commit(Call& call, const Message& request, Message* response, std::string reason, DecideFunction decide,
                       Finished done) {
  const MethodInfo& method = call.MethodFor(request);
  ledger::Command command;
  command.audit.actor = call.principal().name();
  command.audit.verb = method.verb;
  command.audit.reason = std::move(reason);
  command.audit.request_id = TextField(request, "request_id");
  command.audit.trace_id = call.trace().trace_id;
  command.method = method.full_name;
  if (!command.audit.request_id.empty()) command.request_hash = Sha256(Canonical(request));
  command.deadline = call.deadline();
  command.cancelled = [&call] { return call.cancelled(); };
  const auto stores = std::make_shared<bool>(true);
  command.decide = [this, &call, stores,
                    decide = std::move(decide)](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    try {
      absl::StatusOr<ledger::Decision> decision = Decide(call.principal(), decide, view);
      *stores = !decision.ok() || !decision->changes.empty();
      return decision;
    } catch (const std::exception& e) {
      return internal::Crashed(call, e.what());
    }
  };
  // From here until it is durable, with the wait for the writer.
  std::optional<observe::Span> span;
  if (observe::RecordsSpans()) {
    span = {.context = observe::ChildSpan(call.trace()), .name = "ledger/Commit", .start = absl::Now()};
  }
  ledger_.Commit(std::move(command), [this, &call, stores, response, done, span = std::move(span)](
                                         const absl::StatusOr<ledger::Committed>& committed) mutable {
    if (span) {
      span->end = absl::Now();
      span->code = committed.status().code();
      if (committed.ok()) span->attributes = {{"revision", std::to_string(committed->revision)}};
      observe::Record(*std::move(span));
    }
    if (!*stores) call.StoredNothing();
    done(committed.ok() ? Answer(*committed, response) : committed.status());
  });
}

void Resources::Perform(Act act, std::function<absl::StatusOr<Changes>(Facts&)> decide,
                        std::function<void(const absl::StatusOr<ledger::Committed>&)> done) {
  common::v1::Principal proto;
  proto.set_name(act.actor);
  ledger::Command command;
  command.method = absl::StrCat("act/", act.verb);
  command.audit.actor = std::move(act.actor);
  command.audit.verb = std::move(act.verb);
  command.audit.reason = std::move(act.reason);
  command.audit.request_id = std::move(act.request_id);
  command.decide = [this, actor = auth::Principal(std::move(proto)), verb = command.audit.verb,
                    decide = std::move(decide)](ledger::View& view) -> absl::StatusOr<ledger::Decision> {
    try {
      return Decide(
          actor,
          [&decide](Facts& facts) -> absl::StatusOr<Decided> {
            OVERSIGHT_ASSIGN_OR_RETURN(Changes changes, decide(facts));
            return Decided{std::move(changes), nullptr};
          },
          view);
    } catch (const std::exception& e) {
      observe::LogError("act crashed", {{"verb", verb}, {"error", e.what()}});
      return Error(absl::StatusCode::kInternal, common::v1::ERROR_REASON_INTERNAL,
                   absl::StrCat("A fault of the server in ", verb, ". Its log tells more."));
    }
  };
  ledger_.Commit(std::move(command), std::move(done));
}

bool Resources::ReadsPresent(const common::v1::ReadOptions& read) const {
  const auto mode = read.consistency().mode_case();
  return !read.has_as_of() && mode != common::v1::Consistency::kAtLeastAsFresh &&
         mode != common::v1::Consistency::kFullyConsistent;
}

void Resources::Settle(Call& call, const common::v1::ReadOptions& read,
                       std::function<void(absl::StatusOr<ledger::AsOf>)> done) {
  switch (read.as_of().moment_case()) {
    case common::v1::AsOf::kRevision:
      return done(ledger::AsOf{.revision = read.as_of().revision()});
    case common::v1::AsOf::kRecordedTime:
      return done(ledger::AsOf{.time = GetTime(read.as_of().recorded_time())});
    default:
      break;
  }
  const auto settled = [done](const absl::StatusOr<ledger::Head>& head) {
    if (!head.ok()) return done(head.status());
    done(ledger::AsOf{});
  };
  const auto mode = read.consistency().mode_case();
  if (mode == common::v1::Consistency::kFullyConsistent) return ledger_.Refresh(call.deadline(), settled);
  if (mode != common::v1::Consistency::kAtLeastAsFresh) return done(ledger::AsOf{});
  const absl::StatusOr<int64_t> revision =
      DecodeConsistencyToken(ledger_.incarnation(), read.consistency().at_least_as_fresh());
  if (!revision.ok()) return done(revision.status());
  if (*revision <= ledger_.head().revision) return done(ledger::AsOf{});
  ledger_.WaitFor(*revision, call.deadline(), settled);
}

void Resources::StartPage(Call& call, const Message& request, const std::string& page_token,
                          const std::string& visibility, const common::v1::ReadOptions& read,
                          std::function<void(absl::StatusOr<PagePosition>, const ledger::AsOf&)> done) {
  if (!page_token.empty()) {
    absl::StatusOr<PagePosition> page =
        DecodePageToken(ledger_.incarnation(), HashParameters(call.method(), request, visibility), page_token);
    const ledger::AsOf as_of = page.ok() ? ledger::AsOf{.revision = page->revision} : ledger::AsOf{};
    return done(std::move(page), as_of);
  }
  Settle(call, read, [done](const absl::StatusOr<ledger::AsOf>& as_of) {
    if (!as_of.ok()) return done(as_of.status(), {});
    done(PagePosition{}, *as_of);
  });
}

void Resources::GatherHistory(ledger::HistoryQuery query, std::function<bool(const ledger::Version&)> filter,
                              ledger::HistoryResult so_far, ledger::Callback<ledger::HistoryResult> done) {
  ledger_.History(query, [this, query, filter = std::move(filter), so_far = std::move(so_far),
                          done = std::move(done)](absl::StatusOr<ledger::HistoryResult> found) mutable {
    if (!found.ok()) return done(found.status());
    const auto wanted = static_cast<size_t>(query.limit);
    if (!found->entries.empty()) query.before = found->entries.back().version.revision;
    for (ledger::HistoryEntry& entry : found->entries) {
      if (so_far.entries.size() < wanted && (!filter || filter(entry.version))) {
        so_far.entries.push_back(std::move(entry));
      }
    }
    so_far.read_revision = found->read_revision;
    so_far.read_time = found->read_time;
    if (so_far.entries.size() >= wanted || !found->more) return done(std::move(so_far));
    GatherHistory(std::move(query), std::move(filter), std::move(so_far), std::move(done));
  });
}

void Resources::SetHeader(ledger::Revision revision, absl::Time time, common::v1::ResponseHeader* header) const {
  header->set_revision(revision);
  header->set_consistency_token(Token(revision));
  if (revision > 0 && time != absl::InfinitePast()) SetTime(time, header->mutable_recorded_time());
}

}  // namespace oversight::rpc
