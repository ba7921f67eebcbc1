#include "gateway/web/forms/conflict.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/rpc/message_diff.h"
#include "gateway/cli/words.h"
#include "gateway/web/forms/form.h"
#include "gateway/web/forms/next_acts.h"

namespace oversight::gateway::web {
namespace {

// "source.title" -> "Source, title".
std::string FieldWords(const std::string& path) {
  std::string words = absl::StrReplaceAll(path, {{"_", " "}, {".", ", "}});
  if (!words.empty()) words[0] = absl::ascii_toupper(static_cast<unsigned char>(words[0]));
  return words;
}

// A choice in words; anything else as it is.
std::string ValueWords(const google::protobuf::Descriptor& type, const std::string& path, const std::string& value) {
  const auto way = WayTo(type, path);
  if (way.empty() || way.back()->enum_type() == nullptr) return value;
  const auto* known = way.back()->enum_type()->FindValueByName(value);
  return known == nullptr ? value : cli::Words(*known->type(), known->number());
}

}  // namespace

void SetConflict(const google::protobuf::Message* before, const google::protobuf::Message& now, int64_t revision,
                 const std::vector<common::v1::ChangeInfo>& changes, View& view) {
  View conflict;
  for (const auto& change : changes) {
    if (change.revision() <= revision) continue;
    Add(conflict, "acts", ActView(change));
  }
  if (before != nullptr) {
    const rpc::MessageDiff diff =
        rpc::Diff(before, &now, {.ignore = {"etag", "revision", "update_time"}, .max_changes = 50, .max_value = 500});
    for (const auto& field : diff.changes) {
      View row;
      Set(row, "field", FieldWords(field.path));
      Set(row, "before", ValueWords(*now.GetDescriptor(), field.path, field.before));
      Set(row, "after", ValueWords(*now.GetDescriptor(), field.path, field.after));
      Add(conflict, "changed", std::move(row));
    }
    Set(conflict, "more", diff.cut);
  }
  Set(view, "conflict", std::move(conflict));
}

}  // namespace oversight::gateway::web
