#include "common/ledger/whole_log.h"

#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {

absl::StatusOr<std::vector<LoggedTransaction>> ReadWhole(Reader& reader, Revision after, int limit) {
  while (true) {
    absl::StatusOr<std::vector<LoggedTransaction>> read = reader.LogWhole(after, limit);
    if (!absl::IsDataLoss(read.status())) return read;
    if (limit <= 1) {
      return Error(absl::StatusCode::kDataLoss, common::v1::ERROR_REASON_STORE_CORRUPT,
                   absl::StrCat("Revision ", after + 1, " cannot be read: the database says that it is damaged there."))
          .With("revision", absl::StrCat(after + 1));
    }
    limit /= 2;
  }
}

}  // namespace oversight::ledger
