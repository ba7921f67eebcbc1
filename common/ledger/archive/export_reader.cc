#include "common/ledger/archive/export_reader.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace oversight::ledger {
namespace {

constexpr size_t kBuffer = 256 << 10;
// No transaction is as long; a file that is not an export may be one line.
constexpr size_t kMaxLine = 256 << 20;

}  // namespace

ExportReader::ExportReader(std::istream& in, std::vector<KeptHead> kept, std::vector<VerifierKey> keys)
    : in_(in), kept_(std::move(kept)), keys_(std::move(keys)) {}

bool ExportReader::Open() {
  static constexpr char kHeader[] = "the first line of the file, its header, ";
  const auto fail = [this](const std::string& what) {
    auditor_.FailWhole(absl::StrCat(kHeader, what));
    return false;
  };
  if (ReadLine() != Ended::kWhole) return fail("is missing or was cut off");
  auto line = ParseExportLine(line_);
  if (!line.ok()) return fail(std::string(line.status().message()));
  if (!std::holds_alternative<ExportHeader>(*line)) return fail("is of another type");
  header_ = std::get<ExportHeader>(*std::move(line));
  const Hash root = HashFromBytes(header_.tree.root).value_or(Hash{});
  const std::string problem = CheckpointProblem(header_.checkpoint, origin(), header_.tree.size, root, keys_);
  if (!problem.empty()) return fail(problem);
  auditor_.Know({"the header of the file", header_.tree.size, root});
  auditor_.ReadingBegan(header_.tree.size);
  heads_ = KnowHeads(origin(), kept_, auditor_);
  return !finding();
}

const LoggedTransaction* ExportReader::Next() {
  if (ended_ || finding()) return nullptr;
  switch (ReadLine()) {
    case Ended::kWhole:
      break;
    case Ended::kCutOff:
      return FailLine("was cut off, or is missing");
    case Ended::kTooLong:
      return FailLine("is too long");
    case Ended::kUnreadable:
      return FailLine("cannot be read: the file was cut off or damaged, or the disk fails");
  }
  auto line = ParseExportLine(line_);
  if (!line.ok()) return FailLine(std::string(line.status().message()));
  if (LoggedTransaction* transaction = std::get_if<LoggedTransaction>(&*line)) {
    if (!auditor_.Add(*transaction)) return nullptr;
    transaction_ = std::move(*transaction);
    return &transaction_;
  }
  const ExportTrailer* trailer = std::get_if<ExportTrailer>(&*line);
  if (trailer == nullptr) return FailLine("is a header once more");
  ended_ = true;
  auditor_.Know({"the trailer of the file", trailer->transactions, trailer->root, true});
  if (!auditor_.Finish()) return nullptr;
  if (trailer->changes != auditor_.changes()) {
    auditor_.FailWhole(absl::StrCat("the trailer of the file tells of ", trailer->changes, " changes, but there are ",
                                    auditor_.changes()));
  } else if (!AtEnd()) {
    auditor_.FailWhole("the file goes on behind its trailer");
  } else if (in_.bad()) {
    auditor_.FailWhole("the file cannot be read to its end: it was cut off or damaged, or the disk fails");
  }
  return nullptr;
}

const LoggedTransaction* ExportReader::FailLine(const std::string& what) {
  // The trailer is the last line, and comes after everything that the header covers.
  const bool covered = auditor_.size() >= header_.tree.size;
  const std::string trailer = absl::StrCat("the trailer behind revision ", auditor_.size(), ", ");
  if (covered && AtEnd()) {
    auditor_.FailWhole(absl::StrCat("the last line of the file, ", trailer, what));
  } else {
    auditor_.Fail(absl::StrCat("its line in the file", covered ? absl::StrCat(", or ", trailer) : " ", what));
  }
  return nullptr;
}

bool ExportReader::AtEnd() {
  if (taken_ < buffer_.size()) return false;
  return in_.peek() == std::istream::traits_type::eof();
}

ExportReader::Ended ExportReader::ReadLine() {
  line_.clear();
  while (true) {
    if (taken_ == buffer_.size()) {
      buffer_.resize(kBuffer);
      in_.read(buffer_.data(), static_cast<std::streamsize>(kBuffer));
      buffer_.resize(static_cast<size_t>(in_.gcount()));
      taken_ = 0;
      if (buffer_.empty()) return in_.bad() ? Ended::kUnreadable : Ended::kCutOff;
    }
    const size_t end = buffer_.find('\n', taken_);
    const size_t count = (end == std::string::npos ? buffer_.size() : end) - taken_;
    if (line_.size() + count > kMaxLine) return Ended::kTooLong;
    line_.append(buffer_, taken_, count);
    bytes_ += static_cast<int64_t>(count);
    taken_ += count;
    if (end == std::string::npos) continue;
    ++taken_;
    ++bytes_;
    return Ended::kWhole;
  }
}

}  // namespace oversight::ledger
