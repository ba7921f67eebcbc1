// The register of forces as a CSV file, such as data/forces.csv. The header line names the columns, in any order:
//
//   id,name,kind,service,ons_code,region,oversight_body_kind,oversight_body[,aliases]
//
// Kinds and services are the names of the proto's enum values without their prefix, such as TERRITORIAL; several
// aliases are separated by `|`. A file is right as a whole or refused as a whole, with every faulty line named.
//
// Total: any bytes may come in. Thread safety: a pure function.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "oversight/forces/v1/force.pb.h"

namespace oversight::forces {

// More forces than this are refused. The register of England and Wales has fewer than a hundred.
inline constexpr int kMaxRegisterForces = 1000;

struct Register {
  std::vector<v1::Force> forces;  // normalised, in the order of the file, names unique
  bool has_aliases = false;       // whether the file has the column `aliases`; without it, it says nothing of them
};

// Errors: INVALID_ARGUMENT REGISTER_FILE_INVALID with one field violation `csv.line[N]` for each faulty line. As
// details are cut when there are very many, the message and the metadata `faulty_lines` name the lines in short, as "2,
// 5-9".
absl::StatusOr<Register> ReadRegister(std::string_view csv);

}  // namespace oversight::forces
