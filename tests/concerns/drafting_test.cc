// What a draft says of where it comes from and why it is accelerated, and the themes it may be about.
#include <map>

#include "tests/concerns/domain_support.h"

namespace oversight::concerns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::vector<std::pair<std::string, std::string>> Faults(const v1::CreateConcernRequest& request) {
  return ViolationsOf(DraftConcern(request, kConcernName, TestThemes(), On("2024-12-06")).status());
}

v1::CreateConcernRequest Accelerated(v1::AccelerationGround ground, const std::vector<std::string>& together = {}) {
  auto request = ConcernRequest();
  request.mutable_concern()->set_accelerated(true);
  auto& acceleration = *request.mutable_concern()->mutable_acceleration();
  acceleration.set_ground(ground);
  for (const auto& name : together) acceleration.add_together_with(name);
  return request;
}

// ---- Acceleration ----

TEST(Acceleration, HasAGround) {
  for (const auto ground :
       {v1::ACCELERATION_GROUND_SIGNIFICANT_SERVICE_FAILURE, v1::ACCELERATION_GROUND_RISK_TO_PUBLIC_SAFETY}) {
    const auto concern = DraftConcern(Accelerated(ground), kConcernName, TestThemes(), On("2024-12-06"));
    ASSERT_TRUE(concern.ok()) << concern.status();
    EXPECT_EQ(concern->acceleration().ground(), ground);
  }
}

TEST(Acceleration, MayHaveAGroundThatNobodyRecorded) {
  auto request = ConcernRequest();
  request.mutable_concern()->set_accelerated(true);
  EXPECT_TRUE(DraftConcern(request, kConcernName, TestThemes(), On("2024-12-06")).ok());
}

TEST(Acceleration, AgreesWithTheMark) {
  auto request = Accelerated(v1::ACCELERATION_GROUND_RISK_TO_PUBLIC_SAFETY);
  request.mutable_concern()->set_accelerated(false);
  EXPECT_THAT(Faults(request), ElementsAre(Pair("concern.acceleration", HasSubstr("set accelerated, or clear it"))));
}

TEST(Acceleration, ByWeightNamesWhatWeighsTogether) {
  const auto cumulative = v1::ACCELERATION_GROUND_CUMULATIVE_WEIGHT;
  EXPECT_TRUE(
      DraftConcern(Accelerated(cumulative, {"forces/west-midlands/concerns/2", "forces/west-midlands/concerns/3"}),
                   kConcernName, TestThemes(), On("2024-12-06"))
          .ok());
  EXPECT_THAT(Faults(Accelerated(cumulative)), ElementsAre(Pair("concern.acceleration.together_with",
                                                                HasSubstr("at least one other cause of concern"))));
  EXPECT_THAT(Faults(Accelerated(v1::ACCELERATION_GROUND_RISK_TO_PUBLIC_SAFETY, {"forces/west-midlands/concerns/2"})),
              ElementsAre(Pair("concern.acceleration.together_with", HasSubstr("CUMULATIVE_WEIGHT only"))));
  EXPECT_THAT(Faults(Accelerated(cumulative, {kConcernName, "forces/kent/concerns/1", "forces/west-midlands/concerns/2",
                                              "forces/west-midlands/concerns/2"})),
              UnorderedElementsAre(
                  Pair("concern.acceleration.together_with[0]", HasSubstr("the concern itself")),
                  Pair("concern.acceleration.together_with[1]", HasSubstr("must belong to forces/west-midlands")),
                  Pair("concern.acceleration.together_with[3]", HasSubstr("a second time"))));
}

TEST(Acceleration, OnlyOpenCausesOfConcernWeighTogether) {
  const v1::Concern concern = Draft().concern;
  v1::Concern other = Draft().concern;
  other.set_name("forces/west-midlands/concerns/2");
  EXPECT_TRUE(CheckWeighsTogether(concern, other).ok());
  other.set_state(v1::CONCERN_STATE_ISSUED);
  EXPECT_TRUE(CheckWeighsTogether(concern, other).ok());
  for (const auto state : {v1::CONCERN_STATE_DISCHARGED, v1::CONCERN_STATE_WITHDRAWN, v1::CONCERN_STATE_SUPERSEDED}) {
    other.set_state(state);
    EXPECT_THAT(CheckWeighsTogether(concern, other), Precondition("LINK_DOES_NOT_FIT"));
  }
  other.set_state(v1::CONCERN_STATE_ISSUED);
  other.set_kind(v1::CONCERN_KIND_AREA_FOR_IMPROVEMENT);
  const absl::Status status = CheckWeighsTogether(concern, other);
  EXPECT_THAT(status, Precondition("LINK_DOES_NOT_FIT"));
  EXPECT_EQ(ErrorMetadata(status, "name"), other.name());
  EXPECT_THAT(std::string(status.message()), HasSubstr("no cause of concern"));
}

// ---- Source ----

v1::CreateConcernRequest From(v1::SourceKind kind) {
  auto request = ConcernRequest();
  request.mutable_concern()->mutable_source()->set_kind(kind);
  return request;
}

TEST(Source, LinksWhatItIsAKindOf) {
  auto inspection = From(v1::SOURCE_KIND_INSPECTION);
  inspection.mutable_concern()->mutable_source()->set_inspection("forces/west-midlands/inspections/1");
  auto national = From(v1::SOURCE_KIND_INSPECTION);
  national.mutable_concern()->mutable_source()->set_inspection("nationalInspections/4");
  auto revisit = From(v1::SOURCE_KIND_REVISIT);
  revisit.mutable_concern()->mutable_source()->set_revisit("forces/west-midlands/revisits/2");
  auto evidence = From(v1::SOURCE_KIND_EXTERNAL_EVIDENCE);
  evidence.mutable_concern()->mutable_source()->add_evidence("forces/west-midlands/evidence/3");
  for (const auto& request : {inspection, national, revisit, evidence}) {
    EXPECT_TRUE(DraftConcern(request, kConcernName, TestThemes(), On("2023-11-20")).ok()) << request.DebugString();
  }
}

TEST(Source, LinksNothingElse) {
  for (const auto kind : {v1::SOURCE_KIND_INSPECTION, v1::SOURCE_KIND_REVISIT, v1::SOURCE_KIND_EXTERNAL_EVIDENCE}) {
    auto request = From(kind);
    auto& source = *request.mutable_concern()->mutable_source();
    source.set_inspection("forces/west-midlands/inspections/1");
    source.set_revisit("forces/west-midlands/revisits/2");
    source.add_evidence("forces/west-midlands/evidence/3");
    std::map<std::string, std::string> faults;
    for (const auto& fault : Faults(request)) faults.insert(fault);
    EXPECT_EQ(faults.size(), 2u);
    EXPECT_EQ(faults.count("concern.source.inspection"), kind == v1::SOURCE_KIND_INSPECTION ? 0u : 1u);
    EXPECT_EQ(faults.count("concern.source.revisit"), kind == v1::SOURCE_KIND_REVISIT ? 0u : 1u);
    EXPECT_EQ(faults.count("concern.source.evidence"), kind == v1::SOURCE_KIND_EXTERNAL_EVIDENCE ? 0u : 1u);
    for (const auto& [field, words] : faults) EXPECT_THAT(words, HasSubstr("clear it, or change the kind"));
  }
}

TEST(Source, IsOfTheSameForce) {
  auto inspection = From(v1::SOURCE_KIND_INSPECTION);
  inspection.mutable_concern()->mutable_source()->set_inspection("forces/kent/inspections/1");
  auto revisit = From(v1::SOURCE_KIND_REVISIT);
  revisit.mutable_concern()->mutable_source()->set_revisit("forces/kent/revisits/2");
  auto evidence = From(v1::SOURCE_KIND_EXTERNAL_EVIDENCE);
  evidence.mutable_concern()->mutable_source()->add_evidence("forces/kent/evidence/3");
  EXPECT_THAT(Faults(inspection), ElementsAre(Pair("concern.source.inspection", HasSubstr("forces/west-midlands"))));
  EXPECT_THAT(Faults(revisit), ElementsAre(Pair("concern.source.revisit", HasSubstr("forces/west-midlands"))));
  EXPECT_THAT(Faults(evidence), ElementsAre(Pair("concern.source.evidence[0]", HasSubstr("forces/west-midlands"))));
}

// ---- Themes ----

TEST(RetiredTheme, IsForOldConcernsOnly) {
  const Themes later = Themes::FromJson(R"({"version": "t2", "themes": [
      {"name": "themes/investigations", "displayName": "Investigations", "retired": true},
      {"name": "themes/online-child-abuse", "displayName": "Online child abuse"}]})")
                           .value();
  EXPECT_THAT(DraftConcern(ConcernRequest(), kConcernName, later, On("2023-11-20")).status(),
              Precondition("THEME_RETIRED"));
  // A draft that was about it before stays so, and is issued.
  Record record = Draft();
  v1::UpdateConcernRequest update;
  update.mutable_concern()->set_title("Outcomes");
  EXPECT_TRUE(UpdateConcern(record, update, later, On("2023-11-21")).ok());
  // Nothing goes back to it.
  update.mutable_concern()->set_theme("themes/online-child-abuse");
  record.concern = UpdateConcern(record, update, later, On("2023-11-21")).value();
  update.mutable_concern()->set_theme("themes/investigations");
  EXPECT_THAT(UpdateConcern(record, update, later, On("2023-11-21")).status(), Precondition("THEME_RETIRED"));
}

}  // namespace
}  // namespace oversight::concerns
