#include "forces-service/domain/register_csv.h"

#include <array>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/text/csv_table.h"
#include "common/text/line_faults.h"
#include "common/text/text.h"
#include "forces-service/domain/force.h"
#include "google/protobuf/descriptor.h"
#include "oversight/forces/v1/error_reason.pb.h"

namespace oversight::forces {
namespace {

enum Column { kId, kName, kKind, kService, kOnsCode, kRegion, kBodyKind, kBody, kAliases };

const std::vector<CsvColumn>& Columns() {
  static const auto* const columns = new std::vector<CsvColumn>{{"id"},
                                                                {"name"},
                                                                {"kind"},
                                                                {"service"},
                                                                {"ons_code"},
                                                                {"region"},
                                                                {"oversight_body_kind"},
                                                                {"oversight_body"},
                                                                {"aliases", false}};
  return *columns;
}

// The column in which a field of the force stands.
Column ColumnOf(const std::string& field) {
  if (field == "display_name") return kName;
  if (field == "oversight_body.kind") return kBodyKind;
  if (field == "oversight_body.display_name") return kBody;
  for (size_t i = 0; i < Columns().size(); ++i) {
    if (field == Columns()[i].name) return static_cast<Column>(i);
  }
  return kId;
}

// One record on its way to becoming a force. Tells at most one fault of each column, so that a kind that is not known
// is not called missing as well.
class RowReader {
 public:
  RowReader(const CsvRecord& record, const CsvTable& table, LineFaults& faults)
      : record_(record), table_(table), faults_(faults) {}

  v1::Force Read() {
    const std::string id = Tidy(Cell(kId));
    if (id.empty()) {
      AddFault(kId, "is required");
    } else if (!IsForceId(id)) {
      AddFault(kId, absl::StrCat(Quoted(id), " is not 1 to 63 lower-case letters, digits and inner hyphens"));
    }
    v1::Force force;
    force.set_name(ForceName(id));
    force.set_display_name(Cell(kName));
    force.set_kind(Enum<v1::ForceKind>(kKind, *v1::ForceKind_descriptor(), "FORCE_KIND_"));
    force.set_service(Enum<v1::ServiceType>(kService, *v1::ServiceType_descriptor(), "SERVICE_TYPE_"));
    force.set_ons_code(Cell(kOnsCode));
    force.set_region(Cell(kRegion));
    force.mutable_oversight_body()->set_kind(
        Enum<v1::OversightBodyKind>(kBodyKind, *v1::OversightBodyKind_descriptor(), "OVERSIGHT_BODY_KIND_"));
    force.mutable_oversight_body()->set_display_name(Cell(kBody));
    const std::string aliases = Cell(kAliases);
    for (const auto alias : absl::StrSplit(aliases, '|')) force.add_aliases(std::string(alias));
    Normalise(force);
    for (const Fault& fault : FindFaults(force)) {
      AddFault(ColumnOf(fault.field), fault.description);
    }
    return force;
  }

 private:
  std::string Cell(Column column) const { return table_.Cell(record_, column); }

  template <class E>
  E Enum(Column column, const google::protobuf::EnumDescriptor& values, const char* prefix) {
    const std::string word = Tidy(Cell(column));
    const auto* value = values.FindValueByName(absl::StrCat(prefix, word));
    if (value != nullptr && value->number() != 0) return static_cast<E>(value->number());
    std::vector<std::string> known;
    for (int i = 0; i < values.value_count(); ++i) {
      if (values.value(i)->number() != 0) known.push_back(values.value(i)->name().substr(std::string(prefix).size()));
    }
    AddFault(column, absl::StrCat(Quoted(word), " is not one of ", absl::StrJoin(known, ", ")));
    return static_cast<E>(0);
  }

  void AddFault(Column column, const std::string& description) {
    if (told_[column]) return;
    told_[column] = true;
    faults_.Add(record_.line, absl::StrCat(Columns()[column].name, " ", description));
  }

  const CsvRecord& record_;
  const CsvTable& table_;
  LineFaults& faults_;
  std::array<bool, kAliases + 1> told_ = {};
};

}  // namespace

absl::StatusOr<Register> ReadRegister(std::string_view csv) {
  LineFaults faults;
  const auto table = CsvTable::Read(csv, Columns(), kMaxRegisterForces, "a register", "forces", faults);
  if (!table) return faults.Refusal(v1::ERROR_REASON_REGISTER_FILE_INVALID);
  Register result;
  result.has_aliases = table->Has(kAliases);
  std::map<std::string, int> line_of;
  for (const CsvRecord& record : table->rows()) {
    v1::Force force = RowReader(record, *table, faults).Read();
    const auto [earlier, is_new] = line_of.emplace(force.name(), record.line);
    if (!is_new && force.name() != ForceName("")) {
      faults.Add(record.line, absl::StrCat("repeats the id ", Quoted(force.name().substr(ForceName("").size())),
                                           " of line ", earlier->second));
    }
    result.forces.push_back(std::move(force));
  }
  if (!faults.empty()) return faults.Refusal(v1::ERROR_REASON_REGISTER_FILE_INVALID);
  return result;
}

}  // namespace oversight::forces
