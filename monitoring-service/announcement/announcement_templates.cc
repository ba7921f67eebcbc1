#include "monitoring-service/announcement/announcement_templates.h"

#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/text/file.h"
#include "common/text/sha256.h"
#include "common/text/template.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::monitoring {
namespace {

using Names = std::set<std::string>;

// What a statement may use and rest on, and when it may be there; by `each`, what an item adds.
const Names& CommonNames() {
  static const auto* const names =
      new Names{"force",   "decider",   "from_stage", "to_stage",    "default_stage",     "enhanced_stage",
                "decided", "effective", "since",      "ground_text", "next_report_title", "next_report_date",
                "ledger",  "tree_size", "root_hash"};
  return *names;
}
const std::map<std::string, Names>& NamesOfItems() {
  static const auto* const names =
      new std::map<std::string, Names>{{"", {}},
                                       {"reasons", {"reason", "reason_id", "stop"}},
                                       {"quotations", {"words", "speaker_title", "speaker_name"}},
                                       {"open_causes", {"cause", "stop"}},
                                       {"carried_forward", {"reason", "followed_by", "follow_up", "stop"}}};
  return *names;
}
const std::map<std::string, Names>& SubjectsOfItems() {
  static const auto* const subjects = new std::map<std::string, Names>{{"", {}},
                                                                       {"reasons", {"reason", "concern"}},
                                                                       {"quotations", {"speaker"}},
                                                                       {"open_causes", {"cause"}},
                                                                       {"carried_forward", {"outcome"}}};
  return *subjects;
}
const Names& Conditions() {
  static const auto* const names = new Names{"next_report",  "handling_known", "responding", "anything_open",
                                             "nothing_open", "ground_text",    "episode"};
  return *names;
}

void CheckStatement(const v1::StatementTemplate& statement, const v1::AnnouncementTemplate& of, const std::string& at,
                    Violations& violations) {
  if (statement.part() == v1::STATEMENT_PART_UNSPECIFIED) violations.Add(at + ".part", "is required");
  const auto names = NamesOfItems().find(statement.each());
  if (names == NamesOfItems().end()) return violations.Add(at + ".each", "must be a known list");
  if (!RenderTemplate(statement.text(), {}).ok()) violations.Add(at + ".text", "must be Mustache");
  for (const auto& name : NamesIn(statement.text())) {
    if (CommonNames().count(name) == 0 && names->second.count(name) == 0 && of.constants().count(name) == 0) {
      violations.Add(at + ".text", absl::StrCat("uses \"", name, "\", which nothing fills"));
    }
  }
  if (statement.facts().empty() && !statement.standing()) {
    violations.Add(at + ".facts", "must name the facts it rests on, or the statement must be a standing one");
  }
  for (const auto& fact : statement.facts()) {
    const std::string subject = fact.substr(0, fact.find('.'));
    static const auto* const common = new Names{"decision", "force", "ladder", "episode", "ledger", "reasons"};
    const bool known = common->count(subject) > 0 || SubjectsOfItems().at(statement.each()).count(subject) > 0;
    if (!known || fact.find('.') == std::string::npos) {
      violations.Add(at + ".facts", absl::StrCat("\"", fact, "\" must be a field of a known subject"));
    }
  }
  for (const auto& condition : statement.when()) {
    if (Conditions().count(condition.substr(condition.find_first_not_of('!'))) == 0) {
      violations.Add(at + ".when", absl::StrCat("\"", condition, "\" must be a known condition"));
    }
  }
}

}  // namespace

absl::StatusOr<AnnouncementTemplates> AnnouncementTemplates::Parse(const std::vector<std::string>& templates,
                                                                   const std::string& layout) {
  AnnouncementTemplates parsed;
  parsed.layout_ = layout;
  Violations violations;
  if (!RenderTemplate(layout, {}).ok()) violations.Add("layout", "must be Mustache");
  for (size_t i = 0; i < templates.size(); ++i) {
    std::string at = absl::StrCat("templates[", i, "]");
    v1::AnnouncementTemplate one;
    const auto status = google::protobuf::util::JsonStringToMessage(templates[i], &one);
    if (!status.ok()) {
      violations.Add(at, absl::StrCat("is not a template in JSON: ", std::string(status.message())));
      continue;
    }
    if (!one.name().empty()) at = one.name();
    if (one.name().empty()) violations.Add(at + ".name", "is required");
    if (one.kind() == v1::ANNOUNCEMENT_KIND_UNSPECIFIED) violations.Add(at + ".kind", "is required");
    for (const auto* constant : {"decider_police", "decider_fire"}) {
      if (one.constants().count(constant) == 0) violations.Add(at + ".constants", absl::StrCat("must hold ", constant));
    }
    Names ids;
    for (const auto& statement : one.statements()) {
      const std::string here = absl::StrCat(at, ".", statement.id());
      if (statement.id().empty() || !ids.insert(statement.id()).second) {
        violations.Add(here, "each statement must have an id of its own");
      }
      CheckStatement(statement, one, here, violations);
    }
    if (!parsed.by_kind_.emplace(one.kind(), one).second) violations.Add(at + ".kind", "is that of two templates");
  }
  for (const auto kind :
       {v1::ANNOUNCEMENT_KIND_MOVED_IN, v1::ANNOUNCEMENT_KIND_MOVED_OUT, v1::ANNOUNCEMENT_KIND_OTHER}) {
    if (parsed.by_kind_.count(kind) == 0) {
      violations.Add("templates", absl::StrCat("must hold one for ", v1::AnnouncementKind_Name(kind)));
    }
  }
  OVERSIGHT_RETURN_IF_ERROR(violations.status());
  return parsed;
}

absl::StatusOr<AnnouncementTemplates> AnnouncementTemplates::Load(const std::string& folder) {
  std::vector<std::string> contents;
  for (const auto* file : {"moved-in.json", "moved-out.json", "other.json", "text.mustache"}) {
    if (auto text = ReadWholeFile(absl::StrCat(folder, "/", file))) {
      contents.push_back(*std::move(text));
      continue;
    }
    return Error(absl::StatusCode::kNotFound, common::v1::ERROR_REASON_RESOURCE_NOT_FOUND,
                 absl::StrCat("Cannot read ", file, " of the templates of announcements in ", folder, "."))
        .With("path", absl::StrCat(folder, "/", file));
  }
  const std::string layout = std::move(contents.back());
  contents.pop_back();
  auto parsed = Parse(contents, layout);
  if (parsed.ok()) return parsed;
  Error error(parsed.status().code(), ReasonOf(parsed.status()),
              absl::StrCat(folder, ": ", std::string(parsed.status().message())));
  for (const auto& [field, description] : ViolationsOf(parsed.status())) error.Violation(field, description);
  return error;
}

std::string AnnouncementTemplates::IdentityOf(v1::AnnouncementKind kind) const {
  const auto& of = Of(kind);
  // The order of a map is left to chance.
  const std::map<std::string, std::string> constants(of.constants().begin(), of.constants().end());
  v1::AnnouncementTemplate rest = of;
  rest.clear_constants();
  std::string bytes = rest.SerializeAsString();
  for (const auto& [name, words] : constants) absl::StrAppend(&bytes, name, "=", words, "\n");
  return absl::StrCat(of.name(), " ", absl::BytesToHexString(Sha256(bytes + layout_)));
}

}  // namespace oversight::monitoring
