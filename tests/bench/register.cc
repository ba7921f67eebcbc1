#include "tests/bench/register.h"

#include "absl/strings/str_cat.h"
#include "tests/bench/harness.h"

namespace oversight::bench {
namespace {

constexpr int kInFlight = 128;

}  // namespace

std::string RegionOf(int64_t n) { return absl::StrCat("Region ", n % kRegions); }

std::string ForceName(int64_t n) { return absl::StrCat("forces/force-", n); }

forces::v1::Force MakeForce(int64_t n, int64_t change) {
  forces::v1::Force force;
  force.set_name(ForceName(n));
  force.set_display_name(absl::StrCat("The Constabulary of the District of Number ", n));
  force.set_kind(forces::v1::FORCE_KIND_TERRITORIAL);
  force.set_service(forces::v1::SERVICE_TYPE_POLICE);
  force.set_ons_code("E23000014");
  force.set_region(RegionOf(n));
  force.mutable_oversight_body()->set_kind(forces::v1::OVERSIGHT_BODY_KIND_POLICE_AND_CRIME_COMMISSIONER);
  force.mutable_oversight_body()->set_display_name(
      absl::StrCat("Police and Crime Commissioner for the District of Number ", n));
  force.add_aliases(absl::StrCat("Change ", change));
  force.add_aliases(std::string(140, 'a'));
  force.add_aliases(std::string(140, 'b'));
  return force;
}

void SetUpdate(int64_t n, int64_t change, const std::string& request_id, forces::v1::UpdateForceRequest* request) {
  *request->mutable_force() = MakeForce(n, change);
  request->set_request_id(request_id);
}

void CreateForces(ClosedLoop& client, int64_t from, int64_t to) {
  forces::v1::CreateForceRequest request;
  Load load;
  load.method = kCreateForce;
  load.in_flight = kInFlight;
  load.next = [&](int64_t i, std::string* bytes) {
    const int64_t n = from + i;
    if (n >= to) return false;
    *request.mutable_force() = MakeForce(n, 0);
    request.set_force_id(absl::StrCat("force-", n));
    request.set_request_id(RequestId("create", n));
    return request.SerializeToString(bytes);
  };
  RunOrDie(client, load);
}

std::vector<std::string> ImportRegister(const std::string& address) {
  ClosedLoop client(address, "principals/records-manager");
  forces::v1::ImportForcesRequest import;
  import.set_csv(ReadAll("data/forces.csv"));
  if (import.csv().empty()) Die("cannot read data/forces.csv; run it from the top of the tree");
  Ask<forces::v1::ImportForcesResponse>(client, kImportForces, import);
  forces::v1::ListForcesRequest list;
  list.set_page_size(1000);
  const auto listed = Ask<forces::v1::ListForcesResponse>(client, kListForces, list);
  std::vector<std::string> names;
  for (const auto& force : listed.forces()) names.push_back(force.name());
  return names;
}

}  // namespace oversight::bench
