#include "common/ledger/whole_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ledger/hashing.h"
#include "common/ledger/merkle.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

constexpr int kPage = 4096;

}  // namespace

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

absl::Status ForEachWhole(Reader& reader, Revision after, Revision up_to,
                          const std::function<absl::Status(LoggedTransaction&)>& take) {
  while (after < up_to) {
    OVERSIGHT_ASSIGN_OR_RETURN(std::vector<LoggedTransaction> page,
                               ReadWhole(reader, after, static_cast<int>(std::min<Revision>(up_to - after, kPage))));
    if (page.empty()) break;
    for (LoggedTransaction& transaction : page) OVERSIGHT_RETURN_IF_ERROR(take(transaction));
    after = page.back().revision;
  }
  return absl::OkStatus();
}

absl::Status ReadOn(Reader& reader, Revision after, const std::function<absl::Status(LoggedTransaction&)>& take) {
  OVERSIGHT_ASSIGN_OR_RETURN(const Head head, reader.GetHead());
  return ForEachWhole(reader, after, head.revision, take);
}

absl::StatusOr<TreeState> StoredTree(Reader& reader) {
  OVERSIGHT_ASSIGN_OR_RETURN(const Head head, reader.GetHead());
  TreeBuilder tree;
  while (true) {
    OVERSIGHT_ASSIGN_OR_RETURN(const std::string hashes, reader.LeafHashes(tree.size(), kPage));
    for (size_t i = 0; i < hashes.size() && tree.size() < head.revision; i += kHashBytes) {
      tree.Append(*HashFromBytes(std::string_view(hashes).substr(i, kHashBytes)));
    }
    if (hashes.empty() || tree.size() == head.revision) break;
  }
  return TreeState{tree.size(), HashBytes(tree.Root()), head.recorded_time};
}

}  // namespace oversight::ledger
