#include "concerns-service/service/records.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/rpc/errors.h"
#include "concerns-service/domain/names.h"
#include "concerns-service/service/terms.h"

namespace oversight::concerns {
namespace {

using Names = std::shared_ptr<const std::vector<std::string>>;

// Of the force that they belong to, those that are of one of these concerns.
template <class T>
rpc::Selection<T> Of(const Names& concerns) {
  rpc::Selection<T> selection;
  selection.all_of.push_back(ForceTerm(ForceOf(concerns->front())));
  selection.filter = [concerns](const T& resource) {
    return std::count(concerns->begin(), concerns->end(), ConcernOf(resource.name())) != 0;
  };
  return selection;
}

absl::StatusOr<std::vector<Record>> Join(const std::vector<std::string>& names,
                                         const std::vector<v1::Concern>& concerns,
                                         const std::vector<v1::Recommendation>& recommendations) {
  std::vector<Record> records;
  for (const std::string& name : names) {
    Record& record = records.emplace_back();
    for (const auto& concern : concerns) {
      if (concern.name() == name) record.concern = concern;
    }
    if (record.concern.name().empty()) return NotFound("Concern", name);
    for (const auto& recommendation : recommendations) {
      if (ConcernOf(recommendation.name()) == name) record.recommendations.push_back(recommendation);
    }
  }
  return records;
}

}  // namespace

void ReadRecords(ServiceContext& shared, rpc::Call& call, std::vector<std::string> concerns, ledger::Revision revision,
                 std::function<void(absl::StatusOr<std::vector<Record>>)> done) {
  if (concerns.empty()) return done(std::vector<Record>());
  const auto names = std::make_shared<const std::vector<std::string>>(std::move(concerns));
  common::v1::ReadOptions read;
  read.mutable_as_of()->set_revision(revision);
  const int most = static_cast<int>(names->size());
  shared.resources().ReadAll<v1::Concern>(
      call, read, Of<v1::Concern>(names),
      [&shared, &call, names, read, most, done](const auto& concerns) {
        if (!concerns.ok()) return done(concerns.status());
        shared.resources().ReadAll<v1::Recommendation>(
            call, read, Of<v1::Recommendation>(names),
            [names, concerns = concerns->resource, done](const auto& recommendations) {
              if (!recommendations.ok()) return done(recommendations.status());
              done(Join(*names, concerns, recommendations->resource));
            },
            most * kMaxRecommendations);
      },
      most);
}

}  // namespace oversight::concerns
