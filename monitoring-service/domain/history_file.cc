#include "monitoring-service/domain/history_file.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/text/csv_table.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"

namespace oversight::monitoring {
namespace {

enum Column { kForce, kMove, kDate, kCauses, kReasons, kSource, kConfidence };

constexpr size_t kMaxReasons = 50;
constexpr size_t kMaxReasonBytes = 2000;
constexpr size_t kMaxAddressBytes = 1000;
constexpr size_t kMaxNoteBytes = 2000;
constexpr int kMaxCauses = 1000;
constexpr char kStillOpen[] = "STILL OPEN:";

const std::vector<CsvColumn>& Columns() {
  static const auto* const columns = new std::vector<CsvColumn>{
      {"force"}, {"move"}, {"date"}, {"causes_of_concern"}, {"reasons"}, {"source"}, {"confidence"}};
  return *columns;
}

bool IsForceId(const std::string& id) {
  const auto fits = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; };
  return !id.empty() && id.size() <= 63 && id.front() != '-' && id.back() != '-' &&
         std::all_of(id.begin(), id.end(), fits);
}

bool IsAddress(const std::string& text) {
  return (absl::StartsWith(text, "https://") || absl::StartsWith(text, "http://")) && !absl::EndsWith(text, "://") &&
         text.find(' ') == std::string::npos;
}

// "(2023) three causes added" as the date and the rest; nothing when it does not begin with a date in brackets.
std::optional<v1::AddedReason> AsAdded(const std::string& text) {
  const size_t end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string::npos) return std::nullopt;
  const auto date = ParsePartialDate(text.substr(1, end - 1));
  const std::string rest = Tidy(text.substr(end + 1));
  if (!date.ok() || rest.empty()) return std::nullopt;
  v1::AddedReason added;
  added.mutable_reason()->set_text(rest);
  *added.mutable_added_date() = *date;
  added.set_historical(true);
  return added;
}

// One line on its way to becoming a move.
class RowReader {
 public:
  RowReader(const CsvTable& table, const CsvRecord& record, const Ladders& ladders, absl::CivilDay today,
            LineFaults& faults)
      : table_(table), record_(record), ladders_(ladders), today_(today), faults_(faults) {}

  HistoricalMove Read() {
    move_.line = record_.line;
    ReadForce();
    ReadStage();
    ReadDate();
    ReadCauses();
    ReadReasons();
    ReadSource();
    ReadConfidence();
    return std::move(move_);
  }

 private:
  std::string Cell(Column column) const { return Tidy(table_.Cell(record_, column)); }
  void AddFault(Column column, const std::string& description) {
    faults_.Add(record_.line, absl::StrCat(Columns()[column].name, " ", description));
  }

  void ReadForce() {
    const std::string id = Cell(kForce);
    if (IsForceId(id)) {
      move_.force = absl::StrCat("forces/", id);
    } else {
      AddFault(kForce, id.empty() ? "is required: write its id in the register, such as west-midlands"
                                  : absl::StrCat(Quoted(id),
                                                 " is not an id; write it as in the register, such as "
                                                 "west-midlands"));
    }
  }

  void ReadStage() {
    const std::string word = Cell(kMove);
    move_.stage = ladders_.FindStage(absl::AsciiStrToLower(word));
    if (move_.stage != nullptr) return;
    const auto known = [](std::string* out, const v1::Stage& stage) { out->append(absl::AsciiStrToUpper(stage.id())); };
    AddFault(kMove, absl::StrCat(word.empty() ? "is required: write one of " : Quoted(word) + " is not one of ",
                                 absl::StrJoin(ladders_.in_force().stages(), ", ", known)));
  }

  void ReadDate() {
    const std::string text = Cell(kDate);
    if (text.empty()) return AddFault(kDate, "is required: as much of it as is known, such as 2019 or 2021-12");
    const auto date = ParsePartialDate(text);
    if (!date.ok()) {
      return AddFault(kDate, absl::StrCat(Quoted(text), " is no date; write 2019, 2021-12 or 2023-11-24"));
    }
    move_.date = *date;
    const auto& ladder = ladders_.in_force();
    if (MustBeAfter(*date, today_)) {
      AddFault(kDate, absl::StrCat(FormatIso(*date), " is to come; import moves that were made"));
    } else if (MustBeAfter(*date, today_ - kNewestHistoricalDays)) {
      AddFault(kDate, absl::StrCat(FormatIso(*date), " is less than ", kNewestHistoricalDays,
                                   " days ago; a move of these days is proposed and decided, not imported"));
    } else if (MustBeBefore(*date, ladder.from_date())) {
      AddFault(kDate, absl::StrCat(FormatIso(*date), " is before ", ladder.name(), " came into use (",
                                   FormatForPeople(ladder.from_date()),
                                   "); moves under an earlier scheme cannot be imported"));
    }
  }

  void ReadCauses() {
    const std::string text = Cell(kCauses);
    if (text.empty()) return;
    int number = 0;
    if (!absl::SimpleAtoi(text, &number) || number < 0 || number > kMaxCauses) {
      return AddFault(kCauses, absl::StrCat(Quoted(text), " is not a number from 0 to ", kMaxCauses,
                                            "; leave it empty when it is not known"));
    }
    move_.source.set_causes_of_concern(number);
  }

  void ReadReasons() {
    const bool enhanced = move_.stage != nullptr && move_.stage->enhanced();
    const std::string cell = Cell(kReasons);
    for (const auto piece : absl::StrSplit(cell, ';')) {
      const std::string text = Tidy(std::string(piece));
      if (text.empty()) continue;
      if (text.size() > kMaxReasonBytes) {
        AddFault(kReasons, absl::StrCat(Quoted(text), " has more than ", kMaxReasonBytes, " bytes"));
      } else if (absl::StartsWithIgnoreCase(text, kStillOpen)) {
        ReadStillOpen(Tidy(text.substr(sizeof(kStillOpen) - 1)), enhanced);
      } else if (auto added = enhanced ? AsAdded(text) : std::nullopt) {
        ReadAdded(*std::move(added));
      } else {
        move_.reasons.push_back(text);
      }
    }
    if (move_.reasons.empty()) AddFault(kReasons, "is required: a move is made for one at least");
    if (move_.reasons.size() + move_.added_reasons.size() > kMaxReasons) {
      AddFault(kReasons, absl::StrCat("holds more than ", kMaxReasons));
    }
  }

  void ReadStillOpen(const std::string& text, bool enhanced) {
    if (text.empty()) {
      AddFault(kReasons, absl::StrCat("has \"", kStillOpen, "\" without saying what"));
    } else if (enhanced) {
      AddFault(kReasons, absl::StrCat("has \"", kStillOpen, "\", which goes with a move out"));
    } else {
      move_.source.add_still_open(text);
    }
  }

  void ReadAdded(v1::AddedReason added) {
    const auto& date = added.added_date();
    if (MustBeAfter(date, today_) || MustBeBefore(date, move_.date)) {
      return AddFault(kReasons, absl::StrCat("has one of ", FormatIso(date),
                                             ", which is not while the episode lasted; put its date right"));
    }
    move_.added_reasons.push_back(std::move(added));
  }

  void ReadSource() {
    const std::string address = Cell(kSource);
    if (address.empty() || !IsAddress(address)) {
      AddFault(kSource, absl::StrCat(address.empty() ? "is required: " : Quoted(address) + " is no address; ",
                                     "write where it can be read, beginning with https:// or http://"));
    } else if (address.size() > kMaxAddressBytes) {
      AddFault(kSource, absl::StrCat("has more than ", kMaxAddressBytes, " bytes"));
    }
    move_.source.set_source(address);
  }

  void ReadConfidence() {
    const std::string text = Cell(kConfidence);
    static constexpr std::pair<const char*, v1::HistoricalConfidence> kWords[] = {
        {"high", v1::HISTORICAL_CONFIDENCE_HIGH},
        {"medium", v1::HISTORICAL_CONFIDENCE_MEDIUM},
        {"low", v1::HISTORICAL_CONFIDENCE_LOW},
        {"conflict:", v1::HISTORICAL_CONFIDENCE_CONFLICTING}};
    for (const auto& [word, confidence] : kWords) {
      const size_t length = std::strlen(word);
      const bool ends = word[length - 1] == ':' || text.size() <= length || !absl::ascii_isalpha(text[length]);
      if (!absl::StartsWithIgnoreCase(text, word) || !ends) continue;
      move_.source.set_confidence(confidence);
      if (confidence == v1::HISTORICAL_CONFIDENCE_CONFLICTING) {
        move_.source.set_conflict(Tidy(text.substr(length)));
        if (move_.source.conflict().empty()) AddFault(kConfidence, "has \"CONFLICT:\" without saying between what");
      }
    }
    if (move_.source.confidence() == v1::HISTORICAL_CONFIDENCE_UNSPECIFIED) {
      AddFault(kConfidence,
               absl::StrCat(text.empty() ? "is required: " : Quoted(text) + " does not say how sure it is; ",
                            "begin it with high, medium, low or CONFLICT:"));
    } else if (text.size() > kMaxNoteBytes) {
      AddFault(kConfidence, absl::StrCat("has more than ", kMaxNoteBytes, " bytes"));
    }
    move_.source.set_note(text);
  }

  const CsvTable& table_;
  const CsvRecord& record_;
  const Ladders& ladders_;
  const absl::CivilDay today_;
  LineFaults& faults_;
  HistoricalMove move_;
};

}  // namespace

HistoryFile ReadHistory(std::string_view csv, const Ladders& ladders, absl::CivilDay today, LineFaults& faults) {
  HistoryFile file;
  const auto table = CsvTable::Read(csv, Columns(), kMaxHistoricalMoves, "a history", "moves", faults);
  if (!table) return file;
  for (const CsvRecord& record : table->rows()) {
    HistoricalMove move = RowReader(*table, record, ladders, today, faults).Read();
    if (faults.Has(record.line)) {
      if (!move.force.empty()) file.faulty_forces.insert(move.force);
    } else {
      file.moves.push_back(std::move(move));
    }
  }
  return file;
}

}  // namespace oversight::monitoring
