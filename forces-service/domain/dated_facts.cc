#include "forces-service/domain/dated_facts.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/rpc/mask.h"
#include "common/rpc/validator.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "google/protobuf/util/message_differencer.h"
#include "oversight/forces/v1/error_reason.pb.h"

namespace oversight::forces {
namespace {

using common::v1::PartialDate;

template <class Fact>
const PartialDate* FromOf(const Fact& fact) {
  return fact.has_from_date() ? &fact.from_date() : nullptr;
}
template <class Fact>
const PartialDate* ToOf(const Fact& fact) {
  return fact.has_to_date() ? &fact.to_date() : nullptr;
}

absl::Status Contradiction(const std::string& message, const PartialDate& date, const std::string& other) {
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_DATES_CONTRADICT, message)
      .With("date", FormatIso(date))
      .With("other_date", other);
}

absl::Status MustBeThere(const v1::Force& force) {
  if (force.state() != v1::FORCE_STATE_MERGED && force.state() != v1::FORCE_STATE_ABOLISHED) return absl::OkStatus();
  const bool merged = force.state() == v1::FORCE_STATE_MERGED;
  return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_FORCE_ENDED,
               absl::StrCat(force.name(), merged ? " was merged into " : " was abolished",
                            merged ? force.successor() : "", " (", FormatForPeople(force.end_date()),
                            "), and what is recorded of it ends there. Record it for ",
                            force.successor().empty() ? "the force that took its place" : force.successor(),
                            ", or correct what was wrong with UpdateForce."))
      .With("name", force.name())
      .With("state", merged ? "MERGED" : "ABOLISHED");
}

// What begins, or ends, is recorded when it has come.
absl::Status HasCome(const std::string& what, const PartialDate& date, absl::CivilDay today) {
  if (!MustBeAfter(date, today)) return absl::OkStatus();
  return Contradiction(absl::StrCat(what, " on ", FormatForPeople(date), ", which is still to come: today is ",
                                    FormatForPeople(today), ". Record it when it has come."),
                       date, FormatIso(today));
}

absl::Status Follows(const std::string& what, const PartialDate& date, const PartialDate* before) {
  if (before == nullptr || !MustBeOnOrBefore(date, *before)) return absl::OkStatus();
  return Contradiction(absl::StrCat(what, " from ", FormatForPeople(date), ", but the one before began ",
                                    FormatForPeople(*before), ". Give a later day, or correct the one before."),
                       date, FormatIso(*before));
}

// Whether two certainly hold on a common day: the first day on which both must have begun is one on which neither can
// have ended.
bool MustOverlap(const v1::OfficeHolder& a, const v1::OfficeHolder& b) {
  const absl::CivilDay begun = std::max(DayInterval(a.from_date()).last, DayInterval(b.from_date()).last);
  return HeldOn(a, begun) == Holding::kCertainly && HeldOn(b, begun) == Holding::kCertainly;
}

std::string OfficeWords(v1::Office office) {
  switch (office) {
    case v1::OFFICE_CHIEF_OFFICER:
      return "chief officer";
    case v1::OFFICE_HM_INSPECTOR:
      return "HM Inspector";
    case v1::OFFICE_LIAISON_LEAD:
      return "liaison lead";
    case v1::OFFICE_FORCE_LIAISON:
      return "force liaison";
    default:
      return "holder of an unknown office";
  }
}

void ClearStamps(v1::OfficeHolder& holder) {
  holder.clear_etag();
  holder.clear_revision();
  holder.clear_create_time();
  holder.clear_update_time();
}

absl::StatusOr<v1::OfficeHolder> CheckedHolder(v1::OfficeHolder holder, const std::vector<v1::OfficeHolder>& others) {
  ClearStamps(holder);
  holder.set_display_name(Tidy(holder.display_name()));
  holder.set_title(Tidy(holder.title()));
  Violations violations;
  if (holder.office() == v1::OFFICE_UNSPECIFIED) violations.Add("office_holder.office", "is required");
  if (holder.display_name().empty()) violations.Add("office_holder.display_name", "is required");
  if (!holder.has_from_date()) violations.Add("office_holder.from_date", "is required");
  if (holder.has_to_date() && MustBeBefore(holder.to_date(), holder.from_date())) {
    violations.Add("office_holder.to_date",
                   absl::StrCat("must not be before from_date, ", FormatForPeople(holder.from_date())));
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  if (holder.acting()) return holder;
  for (const v1::OfficeHolder& other : others) {
    if (other.name() == holder.name() || other.office() != holder.office() || other.acting()) continue;
    if (!MustOverlap(holder, other)) continue;
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_OFFICE_TAKEN,
                 absl::StrCat("An office has one holder at a time, and ", other.display_name(), " (", other.name(),
                              ") is recorded as ", OfficeWords(other.office()), " from ",
                              FormatForPeople(other.from_date()),
                              other.has_to_date() ? absl::StrCat(" to ", FormatForPeople(other.to_date())) : "",
                              ". Record the end of that time first, or say that one of the two acts for the other."))
        .With("holder", other.name());
  }
  return holder;
}

}  // namespace

absl::StatusOr<v1::Force> Rename(const v1::Force& current, const v1::RenameForceRequest& request,
                                 absl::CivilDay today) {
  OVERSIGHT_RETURN_IF_ERROR(MustBeThere(current));
  const std::string what = absl::StrCat(current.name(), " cannot be called \"", Tidy(request.display_name()), "\"");
  if (Tidy(request.display_name()) == current.display_name()) {
    return Error(absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_NAME_UNCHANGED,
                 absl::StrCat(current.name(), " is called \"", current.display_name(), "\" already",
                              current.has_display_name_from_date()
                                  ? absl::StrCat(", since ", FormatForPeople(current.display_name_from_date()))
                                  : "",
                              ". Give another name; there is nothing to do for this one."))
        .With("name", current.name())
        .With("display_name", current.display_name());
  }
  OVERSIGHT_RETURN_IF_ERROR(HasCome(what, request.from_date(), today));
  OVERSIGHT_RETURN_IF_ERROR(Follows(
      what, request.from_date(), current.has_display_name_from_date() ? &current.display_name_from_date() : nullptr));
  v1::Force force = current;
  v1::FormerName& former = *force.add_former_names();
  former.set_display_name(current.display_name());
  if (current.has_display_name_from_date()) *former.mutable_from_date() = current.display_name_from_date();
  *former.mutable_to_date() = request.from_date();
  force.set_display_name(request.display_name());
  *force.mutable_display_name_from_date() = request.from_date();
  return force;
}

absl::StatusOr<v1::Force> ReplaceBody(const v1::Force& current, const v1::ReplaceOversightBodyRequest& request,
                                      absl::CivilDay today) {
  OVERSIGHT_RETURN_IF_ERROR(MustBeThere(current));
  const v1::OversightBody& next = request.oversight_body();
  if (!next.has_from_date()) {
    Violations violations;
    violations.Add("oversight_body.from_date", "is required: from when does it hold the force to account?");
    return violations.status();
  }
  const std::string what = absl::StrCat(Tidy(next.display_name()), " cannot hold ", current.name(), " to account");
  OVERSIGHT_RETURN_IF_ERROR(HasCome(what, next.from_date(), today));
  OVERSIGHT_RETURN_IF_ERROR(Follows(what, next.from_date(), FromOf(current.oversight_body())));
  v1::Force force = current;
  v1::OversightBody& former = *force.add_former_oversight_bodies();
  former = current.oversight_body();
  *former.mutable_to_date() = next.from_date();
  *force.mutable_oversight_body() = next;
  return force;
}

absl::StatusOr<v1::Force> Merge(const v1::Force& current, const v1::Force& successor,
                                const v1::MergeForceRequest& request, absl::CivilDay today) {
  v1::AbolishForceRequest end;
  end.set_successor(request.successor());
  *end.mutable_end_date() = request.end_date();
  end.set_reason(request.reason());
  OVERSIGHT_ASSIGN_OR_RETURN(v1::Force force, Abolish(current, &successor, end, today));
  force.set_state(v1::FORCE_STATE_MERGED);
  return force;
}

absl::StatusOr<v1::Force> Abolish(const v1::Force& current, const v1::Force* successor,
                                  const v1::AbolishForceRequest& request, absl::CivilDay today) {
  OVERSIGHT_RETURN_IF_ERROR(MustBeThere(current));
  OVERSIGHT_RETURN_IF_ERROR(HasCome(absl::StrCat(current.name(), " cannot end"), request.end_date(), today));
  if (successor != nullptr) {
    const bool itself = successor->name() == current.name();
    if (itself || !MustBeThere(*successor).ok()) {
      return Error(
                 absl::StatusCode::kFailedPrecondition, v1::ERROR_REASON_SUCCESSOR_UNFIT,
                 absl::StrCat(successor->name(),
                              itself ? " cannot be its own successor." : " has ended itself and cannot be a successor.",
                              " Name a force that is active; record a new one with CreateForce."))
          .With("successor", successor->name());
    }
  }
  v1::Force force = current;
  force.set_state(v1::FORCE_STATE_ABOLISHED);
  *force.mutable_end_date() = request.end_date();
  force.set_successor(request.successor());
  force.set_end_reason(request.reason());
  return force;
}

absl::StatusOr<v1::OfficeHolder> Appoint(const v1::OfficeHolder& given, const std::string& name,
                                         const std::vector<v1::OfficeHolder>& others) {
  v1::OfficeHolder holder = given;
  rpc::ClearOutputOnly(&holder);
  holder.set_name(name);
  return CheckedHolder(std::move(holder), others);
}

absl::StatusOr<v1::OfficeHolder> UpdateHolder(const v1::OfficeHolder& current,
                                              const v1::UpdateOfficeHolderRequest& request,
                                              const std::vector<v1::OfficeHolder>& others) {
  v1::OfficeHolder holder = current;
  OVERSIGHT_RETURN_IF_ERROR(rpc::ApplyMask(request.office_holder(), rpc::MaskOf(request), &holder));
  return CheckedHolder(std::move(holder), others);
}

bool SameHolder(v1::OfficeHolder a, v1::OfficeHolder b) {
  ClearStamps(a);
  ClearStamps(b);
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

bool IsPublicOffice(v1::Office office) {
  return office == v1::OFFICE_CHIEF_OFFICER || office == v1::OFFICE_HM_INSPECTOR;
}

v1::ForceOnDate OnDate(const v1::Force& force, const std::vector<v1::OfficeHolder>& holders, absl::CivilDay day) {
  v1::ForceOnDate result;
  result.set_force(force.name());
  *result.mutable_date() = ToPartialDate(day);

  const bool ended = force.has_end_date();
  const bool certainly_over = ended && MustBeOnOrBefore(force.end_date(), day);
  const bool certainly_there = !ended || MustBeAfter(force.end_date(), day);
  if (certainly_there) result.set_state(v1::FORCE_STATE_ACTIVE);
  if (certainly_over) result.set_state(force.state());

  const auto add_name = [&](const std::string& name, const PartialDate* from, const PartialDate* to) {
    const Holding holding = HeldOn(from, to, day);
    if (holding == Holding::kNo) return;
    result.add_names()->set_display_name(name);
    result.mutable_names()->rbegin()->set_certain(holding == Holding::kCertainly);
  };
  for (const v1::FormerName& former : force.former_names()) {
    add_name(former.display_name(), FromOf(former), ToOf(former));
  }
  add_name(force.display_name(), force.has_display_name_from_date() ? &force.display_name_from_date() : nullptr,
           ended ? &force.end_date() : nullptr);

  const auto add_body = [&](const v1::OversightBody& body) {
    const Holding holding = HeldOn(body, day);
    if (holding == Holding::kNo) return;
    auto& on_date = *result.add_oversight_bodies();
    *on_date.mutable_oversight_body() = body;
    on_date.set_certain(holding == Holding::kCertainly);
  };
  for (const v1::OversightBody& former : force.former_oversight_bodies()) add_body(former);
  add_body(force.oversight_body());

  for (const v1::OfficeHolder& holder : holders) {
    const Holding holding = HeldOn(holder, day);
    if (holding == Holding::kNo) continue;
    auto& on_date = *result.add_office_holders();
    *on_date.mutable_office_holder() = holder;
    on_date.set_certain(holding == Holding::kCertainly);
  }
  std::stable_sort(result.mutable_office_holders()->begin(), result.mutable_office_holders()->end(),
                   [](const v1::OfficeHolderOnDate& a, const v1::OfficeHolderOnDate& b) {
                     return std::pair(a.office_holder().office(), !a.certain()) <
                            std::pair(b.office_holder().office(), !b.certain());
                   });
  return result;
}

}  // namespace oversight::forces
