#include "tests/bench/ten_years.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "concerns-service/domain/concern_commands.h"
#include "concerns-service/domain/recommendation_commands.h"
#include "concerns-service/domain/response_commands.h"
#include "concerns-service/service/reference_data.h"
#include "concerns-service/service/terms.h"
#include "forces-service/domain/inspection.h"
#include "forces-service/domain/register_csv.h"
#include "forces-service/domain/response_duty.h"
#include "forces-service/service/terms.h"
#include "tests/bench/ten_years_text.h"
#include "tests/bench/ten_years_writer.h"

namespace oversight::bench {
namespace {

namespace cv1 = concerns::v1;
namespace fv1 = forces::v1;

constexpr char kLead[] = "principals/liaison-lead", kChief[] = "principals/chief-inspector",
               kKeeper[] = "principals/records-manager", kResponses[] = "oversight.concerns.v1.ResponsesService";

constexpr int64_t kRecommendations = 100000;
constexpr int kYears = 10;
// The last concerns are drafted this long before the end, so that most of them are issued by then.
constexpr int kLastDrafts = 20;

// Beside those of the shipped register.
constexpr char kMoreForces[] =
    "lancashire-fire,Lancashire Fire and Rescue Service,TERRITORIAL,FIRE_AND_RESCUE,E31000023,North "
    "West,FIRE_AUTHORITY,"
    "Lancashire Combined Fire Authority\n"
    "cleveland-fire,Cleveland Fire Brigade,TERRITORIAL,FIRE_AND_RESCUE,E31000010,North East,FIRE_AUTHORITY,"
    "Cleveland Fire Authority\n"
    "kent-fire,Kent Fire and Rescue Service,TERRITORIAL,FIRE_AND_RESCUE,E31000022,South East,FIRE_AUTHORITY,"
    "Kent and Medway Fire and Rescue Authority\n";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("Cannot read ", path, "; run it from the top of the tree."));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

absl::CivilDay NextWorkday(absl::CivilDay day) {
  while (absl::GetWeekday(day) >= absl::Weekday::saturday) ++day;
  return day;
}

// A case: a concern with all that is known of it, from its draft on.
struct Case {
  concerns::Record record;
  std::vector<cv1::ForceResponse> responses;
  std::vector<int> notes;  // By recommendation.
};

class Simulation {
 public:
  explicit Simulation(const TenYears& plan) : plan_(plan), random_(plan.seed), clock_(absl::UnixEpoch()) {}

  absl::StatusOr<Loaded> Run() {
    first_day_ = plan_.last_day - 365 * kYears - 2;
    clock_.Set(Morning(first_day_));
    OVERSIGHT_ASSIGN_OR_RETURN(data_, concerns::ReadReferenceData("data/themes.json", "data/bank-holidays.json"));
    for (const auto& theme : data_.themes.list().themes()) themes_.push_back(theme.name());
    OVERSIGHT_ASSIGN_OR_RETURN(forces_,
                               StoreWriter::Open(plan_.forces_store, clock_,
                                                 fv1::GetForceRequest::descriptor()->file()->service(0)->full_name()));
    OVERSIGHT_ASSIGN_OR_RETURN(
        concerns_, StoreWriter::Open(plan_.concerns_store, clock_,
                                     cv1::GetConcernRequest::descriptor()->file()->service(0)->full_name()));
    OVERSIGHT_RETURN_IF_ERROR(concerns::RecordThemes(concerns_->ledger(), data_.themes));
    OVERSIGHT_RETURN_IF_ERROR(Register());
    PlanInspections();

    const auto total = static_cast<int64_t>(kRecommendations * plan_.scale);
    const int64_t drafting_days = plan_.last_day - kLastDrafts - first_day_;
    for (absl::CivilDay day = first_day_ + 1; day <= plan_.last_day; ++day) {
      clock_.Set(Morning(day));
      // As many drafts as keep pace, a little more in some weeks.
      const int64_t quota = std::min(total, total * (day - first_day_) / drafting_days);
      while (absl::GetWeekday(day) < absl::Weekday::saturday && planned_ < quota && failure_.ok()) Draft(day);
      const auto due = agenda_.find(day);
      if (due != agenda_.end()) {
        for (size_t i = 0; i < due->second.size() && failure_.ok(); ++i) due->second[i]();
        agenda_.erase(due);
      }
      OVERSIGHT_RETURN_IF_ERROR(failure_);
      OVERSIGHT_RETURN_IF_ERROR(forces_->Settle());
      OVERSIGHT_RETURN_IF_ERROR(concerns_->Settle());
      if (plan_.progress) plan_.progress(loaded_.recommendations, total);
    }
    loaded_.forces_transactions = forces_->ledger().head().revision;
    loaded_.concerns_transactions = concerns_->ledger().head().revision;
    return loaded_;
  }

 private:
  static absl::Time Morning(absl::CivilDay day) { return LondonTime(absl::CivilMinute(day) + 10 * 60); }
  absl::CivilDay today() const { return LondonDay(clock_.Now()); }

  // ---- Taking steps ----

  // What is done on a later day, or the next workday after it; not at all after the last day.
  void At(absl::CivilDay day, std::function<void()> act) {
    day = NextWorkday(std::max(day, today() + 1));
    if (day <= plan_.last_day) agenda_[day].push_back(std::move(act));
  }
  void After(int64_t first, int64_t last, std::function<void()> act) {
    At(today() + Between(random_, first, last), std::move(act));
  }

  // What the domain gives; a refusal is a fault of this simulation, and ends it.
  template <class T>
  T Must(absl::StatusOr<T> result) {
    if (result.ok()) return *std::move(result);
    if (failure_.ok()) failure_ = result.status();
    return T();
  }

  concerns::Acting By(const std::string& actor) const { return {actor, clock_.Now()}; }
  std::string Officer(const std::string& force) const {
    return absl::StrCat("principals/", force.substr(sizeof("forces/") - 1), "-officer");
  }
  // The HM Inspector of the Midlands for forces there, the liaison lead for the others: they have that scope.
  const std::string& InspectorOf(const Case& the) const {
    static const std::string inspector = "principals/hm-inspector", lead = kLead;
    return midlands_.count(concerns::ForceOf(the.record.concern.name())) > 0 ? inspector : lead;
  }
  void StampNew(google::protobuf::Timestamp* create_time) const { SetTime(clock_.Now(), create_time); }

  template <class T>
  static StoreWriter::Put PutOf(const T& resource) {
    using concerns::TermsOf, forces::TermsOf;
    return {&resource, TermsOf(resource)};
  }

  // One act on one resource.
  template <class Request, class Response, class T>
  void Store(StoreWriter& writer, const std::string& actor, const char* verb, const std::string& reason,
             Request request, T* (Response::*mutable_resource)(), T& resource, const std::string& service = "") {
    if (!failure_.ok()) return;
    if (!resource.has_create_time()) StampNew(resource.mutable_create_time());
    Response response;
    *(response.*mutable_resource)() = MarkWritten(resource);
    writer.Write(actor, verb, reason, &request, response, {PutOf(resource)}, service);
  }
  template <class Request, class Response>
  void StoreConcern(const std::string& actor, const char* verb, const std::string& reason, const Request& request,
                    cv1::Concern* (Response::*mutable_concern)(), Case& the, absl::StatusOr<cv1::Concern> concern) {
    if (!concern.ok()) return Fail(concern.status());
    the.record.concern = *std::move(concern);
    Store(*concerns_, actor, verb, reason, request, mutable_concern, the.record.concern);
  }
  template <class Request, class Response>
  void StoreRecommendation(const std::string& actor, const char* verb, const std::string& reason,
                           const Request& request, cv1::Recommendation* (Response::*mutable_recommendation)(),
                           cv1::Recommendation& current, absl::StatusOr<cv1::Recommendation> changed) {
    if (!changed.ok()) return Fail(changed.status());
    current = *std::move(changed);
    Store(*concerns_, actor, verb, reason, request, mutable_recommendation, current);
  }
  // An act on a concern and all its recommendations.
  template <class Response, class Request>
  void StoreRecord(const std::string& actor, const char* verb, const std::string& reason, Request request, Case& the,
                   absl::StatusOr<concerns::Record> changed) {
    if (!changed.ok()) return Fail(changed.status());
    const concerns::Record before = std::exchange(the.record, *std::move(changed));
    Response response;
    *response.mutable_concern() = MarkWritten(the.record.concern);
    std::vector<StoreWriter::Put> puts = {PutOf(the.record.concern)};
    for (size_t i = 0; i < the.record.recommendations.size(); ++i) {
      const cv1::Recommendation& recommendation = the.record.recommendations[i];
      *response.add_recommendations() = MarkWritten(recommendation);
      if (rpc::ToPayload(recommendation) != rpc::ToPayload(before.recommendations[i])) {
        puts.push_back(PutOf(recommendation));
      }
    }
    concerns_->Write(actor, verb, reason, &request, response, puts);
  }
  void Fail(const absl::Status& status) {
    if (failure_.ok()) failure_ = status;
  }

  // ---- The register and its inspections ----

  absl::Status Register() {
    fv1::ImportForcesRequest request;
    OVERSIGHT_ASSIGN_OR_RETURN(std::string csv, ReadFile("data/forces.csv"));
    request.set_csv(absl::StrCat(csv, kMoreForces));
    OVERSIGHT_ASSIGN_OR_RETURN(auto read, forces::ReadRegister(request.csv()));
    fv1::ImportForcesResponse response;
    std::vector<StoreWriter::Put> puts;
    for (fv1::Force& force : read.forces) {
      force.set_state(fv1::FORCE_STATE_ACTIVE);
      StampNew(force.mutable_create_time());
      if (force.region() == "East Midlands" || force.region() == "West Midlands") midlands_.insert(force.name());
      register_.push_back(std::move(force));
    }
    for (const fv1::Force& force : register_) puts.push_back(PutOf(force));
    response.set_created_count(static_cast<int32_t>(register_.size()));
    forces_->Write(kKeeper, "ImportForces", "", &request, response, puts);
    return forces_->Settle();
  }

  void PlanInspections() {
    const int first_year = static_cast<int>(first_day_.year()) + 1;
    for (size_t i = 0; i < register_.size(); ++i) {
      const bool fire = register_[i].service() == fv1::SERVICE_TYPE_FIRE_AND_RESCUE;
      const bool peel = !fire && register_[i].kind() == fv1::FORCE_KIND_TERRITORIAL;
      for (int year = first_year; year < first_year + kYears; year += 2) {
        const absl::CivilDay day(year, static_cast<int>(Between(random_, 1, 12)),
                                 static_cast<int>(Between(random_, 1, 28)));
        const std::string cycle = absl::StrCat(year, "/", absl::Dec(year % 100 + 1, absl::kZeroPad2));
        const auto programme = fire   ? fv1::PROGRAMME_FIRE_AND_RESCUE
                               : peel ? fv1::PROGRAMME_PEEL
                                      : fv1::PROGRAMME_OTHER;
        At(day, [this, i, programme, cycle] { Inspect(register_[i].name(), programme, cycle); });
      }
    }
    for (int year = first_year; year < first_year + kYears; ++year) {
      for (int n = 0; n < 3; ++n) {
        const absl::CivilDay day(year, static_cast<int>(Between(random_, 1, 12)),
                                 static_cast<int>(Between(random_, 1, 28)));
        At(day, [this] { Inspect("", fv1::PROGRAMME_THEMATIC, ""); });
      }
    }
  }

  std::string NextName(const std::string& prefix) { return absl::StrCat(prefix, ++numbers_[prefix]); }

  // From the plan to the report; `force` "" for a national one of every police force.
  void Inspect(const std::string& force, fv1::Programme programme, const std::string& cycle) {
    fv1::CreateInspectionRequest request;
    request.set_parent(force);
    auto& planned = *request.mutable_inspection();
    planned.set_programme(programme);
    planned.set_cycle(cycle);
    planned.set_title(absl::StrCat(force.empty() ? "Thematic inspection: " : "Inspection: ", TitleText(random_)));
    if (force.empty()) {
      planned.set_service(fv1::SERVICE_TYPE_POLICE);
      planned.set_all_active_forces(true);
    }
    auto inspection = std::make_shared<fv1::Inspection>(
        Must(forces::Plan(request, NextName(force.empty() ? "nationalInspections/" : force + "/inspections/"))));
    std::vector<fv1::Force> named;
    for (const fv1::Force& known : register_) {
      if (known.name() == force) named.push_back(known);
    }
    *inspection = Must(forces::CheckPlan(*inspection, named));
    Store(*forces_, kLead, "CreateInspection", "", request, &fv1::CreateInspectionResponse::mutable_inspection,
          *inspection);
    After(10, 40, [this, inspection] {
      fv1::StartFieldworkRequest start;
      start.set_name(inspection->name());
      *inspection = Must(forces::StartFieldwork(*inspection, start, today()));
      Store(*forces_, kLead, "StartFieldwork", "", start, &fv1::StartFieldworkResponse::mutable_inspection,
            *inspection);
      After(10, 30, [this, inspection] {
        fv1::AwaitReportRequest await;
        await.set_name(inspection->name());
        *inspection = Must(forces::AwaitReport(*inspection, await, today()));
        Store(*forces_, kLead, "AwaitReport", "", await, &fv1::AwaitReportResponse::mutable_inspection, *inspection);
        After(40, 120, [this, inspection] { Publish(*inspection); });
      });
    });
  }

  void Publish(fv1::Inspection inspection) {
    fv1::PublishReportRequest request;
    request.set_name(inspection.name());
    auto& report = *request.mutable_report();
    report.set_title(inspection.title());
    report.set_address(absl::StrCat("https://example.org/reports/", published_++));
    report.set_has_recommendations(true);
    if (inspection.programme() != fv1::PROGRAMME_THEMATIC) {
      // Five grades since the cycle 2021/22.
      const bool five = inspection.cycle() >= "2021";
      report.set_grade_scheme(five ? fv1::GRADE_SCHEME_FIVE_GRADES : fv1::GRADE_SCHEME_FOUR_GRADES);
      for (size_t i = 0; i < 9; ++i) {
        auto* area = report.add_graded_areas();
        area->set_title(absl::StrCat("Area ", i + 1));
        area->set_theme(themes_[i]);
        const auto grade = static_cast<fv1::Grade>(Between(random_, 1, 4));
        area->set_grade(Chance(random_, 4)                      ? fv1::GRADE_INADEQUATE
                        : grade == fv1::GRADE_ADEQUATE && !five ? fv1::GRADE_GOOD
                                                                : grade);
      }
    }
    inspection = Must(forces::Publish(inspection, request, today()));
    if (!failure_.ok()) return;
    fv1::PublishReportResponse response;
    *response.mutable_inspection() = MarkWritten(inspection);
    std::deque<fv1::Inspection> parts;
    std::deque<fv1::ResponseDuty> duties;
    for (const fv1::Force& force : register_) {
      if (forces::IsNational(inspection)) {
        if (!forces::Concerns(inspection, force)) continue;
        parts.push_back(forces::PartOf(inspection, NextName(force.name() + "/inspections/")));
        StampNew(parts.back().mutable_create_time());
      } else if (forces::ForceOf(inspection.name()) != force.name()) {
        continue;
      }
      const fv1::Inspection& made = parts.empty() ? inspection : parts.back();
      reports_[force.name()] = made.name();
      if (!forces::WhyNoDuty(force, today()).empty()) continue;
      duties.push_back(forces::MakeDuty(made, force, made.name() + "/responseDuties/1"));
      StampNew(duties.back().mutable_create_time());
    }
    std::vector<StoreWriter::Put> puts = {PutOf(inspection)};
    for (const auto& part : parts) {
      puts.push_back(PutOf(part));
      *response.add_force_inspections() = MarkWritten(part);
    }
    for (const auto& duty : duties) {
      puts.push_back(PutOf(duty));
      *response.add_response_duties() = MarkWritten(duty);
    }
    forces_->Write(kChief, "PublishReport", "", &request, response, puts);
  }

  // ---- Concerns ----

  void Draft(absl::CivilDay day) {
    const fv1::Force& force = register_[static_cast<size_t>(Below(random_, static_cast<int64_t>(register_.size())))];
    auto the = std::make_shared<Case>();
    const bool cause = Chance(random_, 45);
    cv1::CreateConcernRequest request;
    request.set_parent(force.name());
    auto& concern = *request.mutable_concern();
    concern.set_kind(cause ? cv1::CONCERN_KIND_CAUSE_OF_CONCERN : cv1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
    concern.set_title(TitleText(random_));
    concern.set_finding(FindingText(random_));
    concern.set_theme(themes_[static_cast<size_t>(Below(random_, static_cast<int64_t>(themes_.size())))]);
    concern.mutable_source()->set_kind(cv1::SOURCE_KIND_INSPECTION);
    concern.mutable_source()->set_title("Inspection of the force");
    const auto report = reports_.find(force.name());
    if (report != reports_.end()) concern.mutable_source()->set_inspection(report->second);
    const absl::CivilDay found = day - Between(random_, 5, 60);
    concern.mutable_found_date()->set_year(static_cast<int32_t>(found.year()));
    concern.mutable_found_date()->set_month(found.month());
    concern.set_accelerated(cause && Chance(random_, 8));
    StoreConcern(kLead, "CreateConcern", "", request, &cv1::CreateConcernResponse::mutable_concern, *the,
                 concerns::DraftConcern(request, NextName(force.name() + "/concerns/"), data_.themes, By(kLead)));
    ++loaded_.concerns;
    const int64_t count = cause ? Between(random_, 3, 8) : Between(random_, 0, 5);
    planned_ += count;
    After(1, 6, [this, the, count] { Recommend(the, count); });
  }

  void Recommend(const std::shared_ptr<Case>& the, int64_t count) {
    const std::string name = the->record.concern.name();
    for (int64_t i = 0; i < count; ++i) {
      cv1::CreateRecommendationRequest request;
      request.set_parent(name);
      auto& recommendation = *request.mutable_recommendation();
      recommendation.set_text(RecommendationText(random_));
      auto& within = *recommendation.mutable_due_rule()->mutable_within();
      const bool months = Chance(random_, 70);
      within.set_unit(months ? common::v1::DUE_UNIT_MONTHS : common::v1::DUE_UNIT_DAYS);
      within.set_count(static_cast<int32_t>(months ? Between(random_, 1, 12) : 28 * Between(random_, 1, 4)));
      auto added =
          concerns::AddRecommendation(the->record, request, absl::StrCat(name, "/recommendations/", i + 1), By(kLead));
      if (!added.ok()) return Fail(added.status());
      the->record.recommendations.emplace_back();
      StoreRecommendation(kLead, "CreateRecommendation", "", request,
                          &cv1::CreateRecommendationResponse::mutable_recommendation,
                          the->record.recommendations.back(), std::move(added));
      ++loaded_.recommendations;
    }
    the->notes.resize(static_cast<size_t>(count));
    After(2, 9, [this, the] { Revise(the); });
  }

  void Revise(const std::shared_ptr<Case>& the) {
    cv1::UpdateConcernRequest request;
    request.mutable_concern()->set_name(the->record.concern.name());
    request.mutable_concern()->set_finding(FindingText(random_));
    StoreConcern(InspectorOf(*the), "UpdateConcern", "", request, &cv1::UpdateConcernResponse::mutable_concern, *the,
                 concerns::UpdateConcern(the->record, request, data_.themes, By(InspectorOf(*the))));
    for (auto& recommendation : the->record.recommendations) {
      if (!Chance(random_, 60)) continue;
      cv1::UpdateRecommendationRequest update;
      update.mutable_recommendation()->set_name(recommendation.name());
      update.mutable_recommendation()->set_text(RecommendationText(random_));
      StoreRecommendation(InspectorOf(*the), "UpdateRecommendation", "", update,
                          &cv1::UpdateRecommendationResponse::mutable_recommendation, recommendation,
                          concerns::UpdateRecommendation(recommendation, update));
    }
    if (Chance(random_, 3)) return After(5, 30, [this, the] { Withdraw(*the); });
    After(3, 15, [this, the] { Issue(the); });
  }

  void Withdraw(Case& the) {
    if (the.record.concern.state() != cv1::CONCERN_STATE_DRAFT &&
        the.record.concern.state() != cv1::CONCERN_STATE_ISSUED) {
      return;
    }
    cv1::WithdrawConcernRequest request;
    request.set_name(the.record.concern.name());
    request.set_reason(absl::StrCat("Should not have been raised. ", RemarkText(random_)));
    StoreRecord<cv1::WithdrawConcernResponse>(kChief, "WithdrawConcern", request.reason(), request, the,
                                              concerns::WithdrawConcern(the.record, request, By(kChief)));
  }

  void Issue(const std::shared_ptr<Case>& the) {
    cv1::IssueConcernRequest request;
    request.set_name(the->record.concern.name());
    StoreRecord<cv1::IssueConcernResponse>(
        InspectorOf(*the), "IssueConcern", "", request, *the,
        concerns::IssueConcern(the->record, request, data_.bank_holidays, By(InspectorOf(*the))));
    if (!failure_.ok()) return;
    if (Chance(random_, 80)) After(5, 40, [this, the] { RecordPublication(*the); });
    if (Chance(random_, 85)) After(20, 80, [this, the] { Respond(the); });
    After(60, 100, [this, the] { Assess(the); });
    for (size_t i = 0; i < the->record.recommendations.size(); ++i) {
      const absl::CivilDay due = *ToCivilDay(the->record.recommendations[i].due_date());
      After(20, 50, [this, the, i] { Note(the, i); });
      if (Chance(random_, 12)) At(due - 10, [this, the, i] { Extend(*the, i); });
      At(due + Between(random_, -40, 60), [this, the, i] { Claim(the, i); });
    }
    if (the->record.recommendations.empty()) After(200, 500, [this, the] { Close(the); });
    if (Chance(random_, 2)) After(100, 300, [this, the] { Withdraw(*the); });
  }

  static bool IsOpen(const Case& the) { return the.record.concern.state() == cv1::CONCERN_STATE_ISSUED; }

  void RecordPublication(Case& the) {
    if (!IsOpen(the)) return;
    cv1::RecordConcernPublicationRequest request;
    request.set_name(the.record.concern.name());
    request.mutable_published()->set_title(the.record.concern.title());
    request.mutable_published()->set_address(absl::StrCat("https://example.org/concerns/", published_++));
    StoreConcern(kLead, "RecordConcernPublication", "", request,
                 &cv1::RecordConcernPublicationResponse::mutable_concern, the,
                 concerns::RecordPublication(the.record, request, By(kLead)));
  }

  void Respond(const std::shared_ptr<Case>& the) {
    if (!IsOpen(*the)) return;
    const std::string name = the->record.concern.name(), officer = Officer(concerns::ForceOf(name));
    cv1::CreateResponseRequest request;
    request.set_parent(name);
    request.mutable_force_response()->set_text(absl::StrCat(RemarkText(random_), " ", RemarkText(random_)));
    auto response = concerns::CreateResponse(the->record.concern, request, NextName(name + "/responses/"), By(officer));
    if (!response.ok()) return Fail(response.status());
    the->responses.push_back(*std::move(response));
    Store(*concerns_, officer, "CreateResponse", "", request, &cv1::CreateResponseResponse::mutable_force_response,
          the->responses.back(), kResponses);
    if (!Chance(random_, 92)) return;
    After(10, 60, [this, the, i = the->responses.size() - 1] {
      if (!IsOpen(*the)) return;
      cv1::JudgeResponseRequest judge;
      judge.set_name(the->responses[i].name());
      judge.set_adequacy(Chance(random_, 70) ? cv1::ADEQUACY_ADEQUATE : cv1::ADEQUACY_INADEQUATE);
      judge.set_rationale(RemarkText(random_));
      the->responses[i] =
          Must(concerns::JudgeResponse(the->record.concern, the->responses[i], judge, By(InspectorOf(*the))));
      Store(*concerns_, InspectorOf(*the), "JudgeResponse", judge.rationale(), judge,
            &cv1::JudgeResponseResponse::mutable_force_response, the->responses[i], kResponses);
      if (judge.adequacy() == cv1::ADEQUACY_INADEQUATE) After(20, 60, [this, the] { Respond(the); });
    });
  }

  void Assess(const std::shared_ptr<Case>& the) {
    if (!IsOpen(*the)) return;
    cv1::AssessHandlingRequest request;
    request.set_name(the->record.concern.name());
    request.set_level(static_cast<cv1::HandlingLevel>(Between(random_, 1, 4)));
    request.set_rationale(RemarkText(random_));
    StoreConcern(InspectorOf(*the), "AssessHandling", request.rationale(), request,
                 &cv1::AssessHandlingResponse::mutable_concern, *the,
                 concerns::AssessHandling(the->record, request, By(InspectorOf(*the))));
    After(70, 125, [this, the] { Assess(the); });
  }

  static bool IsPending(const cv1::Recommendation& recommendation) {
    return recommendation.state() == cv1::RECOMMENDATION_STATE_OPEN ||
           recommendation.state() == cv1::RECOMMENDATION_STATE_CLAIMED;
  }

  void Note(const std::shared_ptr<Case>& the, size_t i) {
    const cv1::Recommendation& recommendation = the->record.recommendations[i];
    if (!IsPending(recommendation)) return;
    const bool by_force = Chance(random_, 70);
    const std::string actor = by_force ? Officer(concerns::ForceOf(recommendation.name())) : kLead;
    cv1::AddProgressNoteRequest request;
    request.set_parent(recommendation.name());
    request.mutable_progress_note()->set_text(RemarkText(random_));
    cv1::ProgressNote note = Must(concerns::AddProgressNote(
        recommendation, request, absl::StrCat(recommendation.name(), "/progressNotes/", ++the->notes[i]), by_force,
        By(actor)));
    Store(*concerns_, actor, "AddProgressNote", "", request, &cv1::AddProgressNoteResponse::mutable_progress_note,
          note);
    After(45, 95, [this, the, i] { Note(the, i); });
  }

  void Extend(Case& the, size_t i) {
    cv1::Recommendation& recommendation = the.record.recommendations[i];
    if (recommendation.state() != cv1::RECOMMENDATION_STATE_OPEN) return;
    cv1::ExtendRecommendationRequest request;
    request.set_name(recommendation.name());
    request.set_reason(RemarkText(random_));
    *request.mutable_due_date() =
        ToPartialDate(std::max(*ToCivilDay(recommendation.due_date()), today()) + Between(random_, 30, 180));
    StoreRecommendation(
        InspectorOf(the), "ExtendRecommendation", request.reason(), request,
        &cv1::ExtendRecommendationResponse::mutable_recommendation, recommendation,
        concerns::ExtendRecommendation(the.record.concern, recommendation, request, By(InspectorOf(the))));
  }

  void Claim(const std::shared_ptr<Case>& the, size_t i) {
    cv1::Recommendation& recommendation = the->record.recommendations[i];
    if (recommendation.state() != cv1::RECOMMENDATION_STATE_OPEN) return;
    const std::string officer = Officer(concerns::ForceOf(recommendation.name()));
    cv1::ClaimRecommendationRequest request;
    request.set_name(recommendation.name());
    request.set_statement(absl::StrCat(RemarkText(random_), " ", RemarkText(random_)));
    StoreRecommendation(officer, "ClaimRecommendation", "", request,
                        &cv1::ClaimRecommendationResponse::mutable_recommendation, recommendation,
                        concerns::ClaimRecommendation(the->record.concern, recommendation, request, By(officer)));
    After(10, 90, [this, the, i] { Verify(the, i); });
  }

  void Verify(const std::shared_ptr<Case>& the, size_t i) {
    cv1::Recommendation& recommendation = the->record.recommendations[i];
    if (recommendation.state() != cv1::RECOMMENDATION_STATE_CLAIMED) return;
    const bool accepted = Chance(random_, 72);
    cv1::VerifyRecommendationRequest request;
    request.set_name(recommendation.name());
    request.set_outcome(accepted ? cv1::VERIFICATION_OUTCOME_ACCEPTED : cv1::VERIFICATION_OUTCOME_RETURNED);
    request.set_rationale(RemarkText(random_));
    StoreRecommendation(
        InspectorOf(*the), "VerifyRecommendation", request.rationale(), request,
        &cv1::VerifyRecommendationResponse::mutable_recommendation, recommendation,
        concerns::VerifyRecommendation(the->record.concern, recommendation, request, By(InspectorOf(*the))));
    if (!accepted) return After(30, 90, [this, the, i] { Claim(the, i); });
    const auto& all = the->record.recommendations;
    if (std::none_of(all.begin(), all.end(), IsPending) && Chance(random_, 96)) {
      After(10, 60, [this, the] { Close(the); });
    }
  }

  void Close(const std::shared_ptr<Case>& the) {
    if (!IsOpen(*the)) return;
    cv1::DischargeConcernRequest request;
    request.set_name(the->record.concern.name());
    request.set_reason(absl::StrCat("All that was recommended is done. ", RemarkText(random_)));
    StoreConcern(kChief, "DischargeConcern", request.reason(), request, &cv1::DischargeConcernResponse::mutable_concern,
                 *the, concerns::DischargeConcern(the->record, request, By(kChief)));
  }

  const TenYears plan_;
  Random random_;
  FakeClock clock_;
  absl::CivilDay first_day_;
  concerns::ReferenceData data_;
  std::vector<std::string> themes_;
  std::vector<fv1::Force> register_;
  std::set<std::string> midlands_;
  std::map<std::string, std::string> reports_;  // By force, the inspection published last.
  std::map<std::string, int64_t> numbers_;      // The last number given below a prefix.
  int64_t published_ = 1;
  std::map<absl::CivilDay, std::vector<std::function<void()>>> agenda_;
  int64_t planned_ = 0;  // Recommendations of what was drafted.
  Loaded loaded_;
  absl::Status failure_;
  // Last: their threads use the clock.
  std::unique_ptr<StoreWriter> forces_, concerns_;
};

}  // namespace

absl::StatusOr<Loaded> LoadTenYears(const TenYears& plan) { return Simulation(plan).Run(); }

}  // namespace oversight::bench
