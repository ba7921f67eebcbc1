// A register of forces of about 500 bytes each, for benchmarks that need one of any size: how to make it in
// forces-service and how to change it. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/bench/closed_loop.h"

namespace oversight::bench {

inline constexpr char kGetForce[] = "/oversight.forces.v1.ForcesService/GetForce";
inline constexpr char kListForces[] = "/oversight.forces.v1.ForcesService/ListForces";
inline constexpr char kListForceVersions[] = "/oversight.forces.v1.ForcesService/ListForceVersions";
inline constexpr char kCreateForce[] = "/oversight.forces.v1.ForcesService/CreateForce";
inline constexpr char kUpdateForce[] = "/oversight.forces.v1.ForcesService/UpdateForce";
inline constexpr char kImportForces[] = "/oversight.forces.v1.ForcesService/ImportForces";

// Forces stand in this many regions, as many in each.
inline constexpr int kRegions = 4;
std::string RegionOf(int64_t n);

std::string ForceName(int64_t n);
// The n-th force as its `change`-th change leaves it: 500 bytes, give or take a digit.
forces::v1::Force MakeForce(int64_t n, int64_t change);
// The whole force is sent, as whoever puts a value does.
void SetUpdate(int64_t n, int64_t change, const std::string& request_id, forces::v1::UpdateForceRequest* request);

// Adds forces [from, to).
void CreateForces(ClosedLoop& client, int64_t from, int64_t to);

// The register we ship, imported; the names in it.
std::vector<std::string> ImportRegister(const std::string& address);

}  // namespace oversight::bench
