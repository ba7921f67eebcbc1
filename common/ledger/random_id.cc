#include "common/ledger/random_id.h"

#include <openssl/rand.h>

#include "absl/strings/escaping.h"
#include "common/ledger/status.h"

namespace oversight::ledger {

absl::StatusOr<std::string> RandomId() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) return Fault("No random bytes for an id.");
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(bytes), sizeof(bytes)));
}

}  // namespace oversight::ledger
