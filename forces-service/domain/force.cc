#include "forces-service/domain/force.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/utf8.h"
#include "common/rpc/validator.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "google/protobuf/util/message_differencer.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::forces {
namespace {

// The limits are written once, in the proto.
const common::v1::FieldRules& RulesOf(const google::protobuf::Message& message, const char* field) {
  return message.GetDescriptor()->FindFieldByName(field)->options().GetExtension(common::v1::rules);
}

// A letter for the country, then eight digits.
bool IsOnsCode(std::string_view code) {
  static constexpr std::string_view kCountries = "EKNSW";
  return code.size() == 9 && kCountries.find(code[0]) != std::string_view::npos &&
         std::all_of(code.begin() + 1, code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The faults of one text, as a field of `message`.
void CheckText(const google::protobuf::Message& message, const char* field, const std::string& path,
               const std::string& text, std::vector<Fault>& faults) {
  const common::v1::FieldRules& rules = RulesOf(message, field);
  if (text.empty() && rules.required()) {
    faults.push_back({path, "is required"});
  } else if (rpc::CountCodePoints(text) > rules.max_length()) {
    faults.push_back({path, absl::StrCat("is longer than ", rules.max_length(), " characters")});
  } else if (HasControlCharacter(text)) {
    faults.push_back({path, "has a control character"});
  }
}

// What the ledger says of a version is not part of what is stored.
void ClearStamps(v1::Force& force) {
  force.clear_etag();
  force.clear_revision();
  force.clear_create_time();
  force.clear_update_time();
}

}  // namespace

bool IsForceId(std::string_view id) {
  const auto is_inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !id.empty() && id.size() <= 63 && std::all_of(id.begin(), id.end(), is_inner) && id.front() != '-' &&
         id.back() != '-';
}

std::string ForceName(std::string_view id) { return std::string("forces/").append(id); }

void Normalise(v1::Force& force) {
  ClearStamps(force);
  force.set_display_name(Tidy(force.display_name()));
  force.set_ons_code(Tidy(force.ons_code()));
  force.set_region(Tidy(force.region()));
  if (force.has_oversight_body()) {
    force.mutable_oversight_body()->set_display_name(Tidy(force.oversight_body().display_name()));
  }
  const auto given = std::move(*force.mutable_aliases());
  force.clear_aliases();
  std::set<std::string> seen;
  for (const std::string& alias : given) {
    std::string tidy = Tidy(alias);
    if (!tidy.empty() && seen.insert(FoldCase(tidy)).second) force.add_aliases(std::move(tidy));
  }
}

std::vector<Fault> FindFaults(const v1::Force& force) {
  std::vector<Fault> faults;
  CheckText(force, "display_name", "display_name", force.display_name(), faults);
  if (force.kind() == v1::FORCE_KIND_UNSPECIFIED) faults.push_back({"kind", "is required"});
  if (force.service() == v1::SERVICE_TYPE_UNSPECIFIED) faults.push_back({"service", "is required"});
  if (!force.ons_code().empty() && !IsOnsCode(force.ons_code())) {
    faults.push_back({"ons_code", "is not a code of nine characters such as E23000014"});
  }
  CheckText(force, "region", "region", force.region(), faults);
  const v1::OversightBody& body = force.oversight_body();
  if (body.kind() == v1::OVERSIGHT_BODY_KIND_UNSPECIFIED) faults.push_back({"oversight_body.kind", "is required"});
  CheckText(body, "display_name", "oversight_body.display_name", body.display_name(), faults);
  if (body.has_from_date() && body.has_to_date() && MustBeBefore(body.to_date(), body.from_date())) {
    faults.push_back({"oversight_body.to_date", "must not be before from_date"});
  }
  const int max_aliases = RulesOf(force, "aliases").max_items();
  if (force.aliases_size() > max_aliases) {
    faults.push_back({"aliases", absl::StrCat("has more than ", max_aliases, " entries")});
  } else {
    for (int i = 0; i < force.aliases_size(); ++i) {
      CheckText(force, "aliases", absl::StrCat("aliases[", i, "]"), force.aliases(i), faults);
    }
  }
  return faults;
}

absl::StatusOr<v1::Force> Checked(v1::Force force) {
  Normalise(force);
  Violations violations;
  for (Fault& fault : FindFaults(force))
    violations.Add(absl::StrCat("force.", fault.field), std::move(fault.description));
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  return force;
}

absl::StatusOr<v1::Force> Create(const std::optional<v1::Force>& existing, const v1::CreateForceRequest& request) {
  v1::Force force = request.force();
  rpc::ClearOutputOnly(&force);
  force.set_name(ForceName(request.force_id()));
  force.set_state(v1::FORCE_STATE_ACTIVE);
  if (existing) {
    return Error(absl::StatusCode::kAlreadyExists, common::v1::ERROR_REASON_RESOURCE_EXISTS,
                 absl::StrCat("The register has ", force.name(), " already."))
        .With("name", force.name())
        .Resource("Force", force.name());
  }
  return Checked(std::move(force));
}

absl::StatusOr<v1::Force> Update(const v1::Force& current, const v1::UpdateForceRequest& request) {
  v1::Force force = current;
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.force(), rpc::MaskOf(request), &force));
  return Checked(std::move(force));
}

void KeepWhatFilesDoNotTell(const v1::Force& current, v1::Force& force) {
  const v1::OversightBody body = force.oversight_body();
  v1::Force kept = current;
  // Everything a file tells of, and nothing else, comes from the file.
  kept.set_name(force.name());
  kept.set_display_name(force.display_name());
  kept.set_kind(force.kind());
  kept.set_service(force.service());
  kept.set_ons_code(force.ons_code());
  kept.set_region(force.region());
  *kept.mutable_aliases() = force.aliases();
  kept.mutable_oversight_body()->set_kind(body.kind());
  kept.mutable_oversight_body()->set_display_name(body.display_name());
  ClearStamps(kept);
  force = std::move(kept);
}

bool SameForce(v1::Force a, v1::Force b) {
  ClearStamps(a);
  ClearStamps(b);
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

TextQuery::TextQuery(std::string_view text) : folded_(FoldCase(Tidy(text))) {}

bool TextQuery::Matches(const v1::Force& force) const {
  const auto holds = [&](const std::string& text) { return FoldCase(text).find(folded_) != std::string::npos; };
  return holds(force.display_name()) || std::any_of(force.aliases().begin(), force.aliases().end(), holds) ||
         std::any_of(force.former_names().begin(), force.former_names().end(),
                     [&](const v1::FormerName& former) { return holds(former.display_name()); });
}

}  // namespace oversight::forces
