#include "monitoring-service/domain/dossier.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rpc/errors.h"
#include "common/text/sha256.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "monitoring-service/domain/moments.h"
#include "monitoring-service/domain/reasons.h"
#include "oversight/monitoring/v1/error_reason.pb.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Message;

// Longer texts are frozen by their beginning and their hash: enough to say that they changed.
constexpr size_t kLongestText = 200;

std::string Shortened(const std::string& text) {
  if (text.size() <= kLongestText) return text;
  size_t end = 0;
  for (size_t length; end < kLongestText && (length = Utf8Length(std::string_view(text).substr(end))) > 0;) {
    end += length;
  }
  return absl::StrCat(text.substr(0, end), "... (SHA-256 ", absl::BytesToHexString(Sha256(text)), ")");
}

std::string Without(const std::string& prefix, const std::string& name) {
  return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

// ---- What counts, by kind. ----

using Material = std::vector<std::pair<const char*, std::string>>;

// The grades a report gave, so that a correction of one shows.
constexpr char kGrades[] = "report.graded_areas";

Material MaterialOf(const concerns::v1::Concern& concern) {
  namespace v1 = concerns::v1;
  return {
      {"kind", Without("CONCERN_KIND_", v1::ConcernKind_Name(concern.kind()))},
      {"state", Without("CONCERN_STATE_", v1::ConcernState_Name(concern.state()))},
      {"title", concern.title()},
      {"finding", Shortened(concern.finding())},
      {"theme", concern.theme()},
      {"handling.level", concern.has_handling()
                             ? Without("HANDLING_LEVEL_", v1::HandlingLevel_Name(concern.handling().level()))
                             : std::string()},
  };
}

Material MaterialOf(const concerns::v1::Recommendation& recommendation) {
  namespace v1 = concerns::v1;
  return {
      {"state", Without("RECOMMENDATION_STATE_", v1::RecommendationState_Name(recommendation.state()))},
      {"text", Shortened(recommendation.text())},
      {"due_date", recommendation.has_due_date() ? FormatIso(recommendation.due_date()) : std::string()},
  };
}

Material MaterialOf(const concerns::v1::ForceResponse& response) {
  namespace v1 = concerns::v1;
  return {{"judgement.adequacy", response.has_judgement()
                                     ? Without("ADEQUACY_", v1::Adequacy_Name(response.judgement().adequacy()))
                                     : std::string()}};
}

Material MaterialOf(const forces::v1::Inspection& inspection) {
  namespace v1 = forces::v1;
  const std::string grades = absl::StrJoin(inspection.report().graded_areas(), "; ", [](auto* out, const auto& area) {
    absl::StrAppend(out, area.title(), ": ", Without("GRADE_", v1::Grade_Name(area.grade())));
  });
  return {{"state", inspection.state() == v1::INSPECTION_STATE_CANCELLED ? "CANCELLED" : ""},
          {kGrades, Shortened(grades)}};
}

Material MaterialOf(const concerns::v1::Evidence& evidence) {
  return {{"content.sha256", absl::BytesToHexString(evidence.content().sha256())}};
}

Material MaterialOf(const v1::Episode& episode) {
  return {{"reasons", absl::StrJoin(ReasonsOf(episode), ", ",
                                    [](std::string* out, const v1::Reason& reason) { out->append(reason.id()); })}};
}

// A report that comes out says what the inspectors knew; only a correction of its grades is a change.
bool Counts(const std::string& field, const std::string& before) { return field != kGrades || !before.empty(); }

template <class T>
v1::DossierFact FactOf(const T& resource) {
  v1::DossierFact fact;
  fact.set_name(resource.name());
  fact.set_revision(resource.revision());
  fact.set_kind(T::descriptor()->full_name());
  fact.set_sha256(ContentHash(resource));
  for (auto& [field, value] : MaterialOf(resource)) {
    auto* material = fact.add_material();
    material->set_field(field);
    material->set_value(std::move(value));
  }
  return fact;
}

// ---- Which facts. ----

class Gathering {
 public:
  explicit Gathering(const KnownFacts& facts) : facts_(facts) {}

  void AddReason(const v1::Reason& reason) {
    if (!reason.concern().empty()) AddConcern(reason.concern());
    for (const auto& evidence : reason.evidence()) Add(facts_.Evidence(evidence));
  }
  template <class T>
  void Add(const std::shared_ptr<const T>& resource) {
    if (resource != nullptr) by_name_.emplace(resource->name(), FactOf(*resource));
  }
  void Add(const v1::Episode& episode) { by_name_.emplace(episode.name(), FactOf(episode)); }

  v1::Dossier Take() {
    v1::Dossier dossier;
    for (auto& [name, fact] : by_name_) *dossier.add_facts() = std::move(fact);
    return dossier;
  }

 private:
  void AddConcern(const std::string& name) {
    const auto concern = facts_.Concern(name);
    if (concern == nullptr || by_name_.count(name) > 0) return;
    Add(concern);
    for (const auto& recommendation : facts_.RecommendationsOf(name)) Add(recommendation);
    for (const auto& response : facts_.ResponsesTo(name)) Add(response);
    if (!concern->source().inspection().empty()) Add(facts_.Inspection(concern->source().inspection()));
    for (const auto& evidence : concern->source().evidence()) Add(facts_.Evidence(evidence));
  }

  const KnownFacts& facts_;
  std::map<std::string, v1::DossierFact> by_name_;
};

void AppendNumber(uint64_t value, int bytes, std::string* out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}
void AppendText(const std::string& text, std::string* out) {
  AppendNumber(text.size(), 4, out);
  out->append(text);
}

std::string DigestOf(const v1::Dossier& dossier) {
  std::string bytes;
  for (const auto& fact : dossier.facts()) {
    AppendText(fact.name(), &bytes);
    AppendText(fact.kind(), &bytes);
    AppendNumber(static_cast<uint64_t>(fact.revision()), 8, &bytes);
    bytes.append(fact.sha256());
  }
  return Sha256(bytes);
}

std::map<std::string, std::string> ValuesOf(const v1::DossierFact* fact) {
  std::map<std::string, std::string> values;
  if (fact != nullptr) {
    for (const auto& material : fact->material()) values[material.field()] = material.value();
  }
  return values;
}

}  // namespace

std::string ContentHash(const Message& resource) {
  std::unique_ptr<Message> copy(resource.New());
  copy->CopyFrom(resource);
  for (const char* name : {"etag", "revision", "create_time", "update_time"}) {
    if (const auto* field = copy->GetDescriptor()->FindFieldByName(name)) {
      copy->GetReflection()->ClearField(copy.get(), field);
    }
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&coded);
  }
  return Sha256(bytes);
}

v1::Dossier Freeze(const v1::Proposal& proposal, const std::optional<v1::Episode>& episode, const KnownFacts& facts,
                   int version, absl::Time now) {
  Gathering gathering(facts);
  for (const auto& reason : proposal.reasons()) gathering.AddReason(reason);
  if (episode) {
    gathering.Add(*episode);
    for (const auto& reason : ReasonsOf(*episode)) gathering.AddReason(reason);
  }
  v1::Dossier dossier = gathering.Take();
  dossier.set_version(version);
  dossier.set_digest(DigestOf(dossier));
  *dossier.mutable_freeze_time() = ToTimestamp(now);
  return dossier;
}

std::vector<v1::FactChange> ChangesBetween(const v1::Dossier& before, const v1::Dossier& after) {
  std::map<std::string, std::pair<const v1::DossierFact*, const v1::DossierFact*>> facts;
  for (const auto& fact : before.facts()) facts[fact.name()].first = &fact;
  for (const auto& fact : after.facts()) facts[fact.name()].second = &fact;
  std::vector<v1::FactChange> changes;
  for (const auto& [name, versions] : facts) {
    const auto [then, now] = versions;
    auto values_then = ValuesOf(then), values_now = ValuesOf(now);
    // In the order the kind declares its fields.
    for (const auto& material : (now != nullptr ? now : then)->material()) {
      const std::string &was = values_then[material.field()], &is = values_now[material.field()];
      if (was == is || !Counts(material.field(), was)) continue;
      auto& change = changes.emplace_back();
      change.set_name(name);
      change.set_kind((now != nullptr ? now : then)->kind());
      change.set_field(material.field());
      change.set_before(was);
      change.set_after(is);
      change.set_before_revision(then != nullptr ? then->revision() : 0);
      change.set_after_revision(now != nullptr ? now->revision() : 0);
    }
  }
  return changes;
}

std::string InWords(const v1::FactChange& change) {
  const auto value = [](const std::string& text, int64_t revision) {
    if (!text.empty()) return text;
    return std::string(revision == 0 ? "not there" : "without a value");
  };
  return absl::StrCat(change.name(), ": ", change.field(), " was ", value(change.before(), change.before_revision()),
                      ", is ", value(change.after(), change.after_revision()), ".");
}

absl::Status CheckFresh(const v1::Proposal& proposal, const std::vector<v1::FactChange>& changes) {
  if (changes.empty() && proposal.has_dossier()) return absl::OkStatus();
  Error error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DOSSIER_STALE,
              proposal.has_dossier()
                  ? absl::StrCat(proposal.name(),
                                 " relies on facts that have changed since; see the violations. Refresh it with "
                                 "RefreshProposal, look at it again, then decide.")
                  : absl::StrCat(proposal.name(),
                                 " has no dossier of what it relies on. Make one with RefreshProposal, then decide."));
  error.With("proposal", proposal.name());
  for (const auto& change : changes) error.Precondition("DOSSIER_STALE", change.name(), InWords(change));
  if (changes.empty()) error.Precondition("DOSSIER_MISSING", proposal.name(), "has no dossier");
  return error;
}

bool HoldsInspections(const v1::Dossier& dossier) {
  return std::any_of(dossier.facts().begin(), dossier.facts().end(),
                     [](const auto& fact) { return fact.kind() == forces::v1::Inspection::descriptor()->full_name(); });
}

}  // namespace oversight::monitoring
