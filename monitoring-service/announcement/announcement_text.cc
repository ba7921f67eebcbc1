#include "monitoring-service/announcement/announcement_text.h"

#include <functional>
#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/text/template.h"
#include "common/text/text.h"
#include "common/time/partial_date.h"
#include "google/protobuf/struct.pb.h"
#include "monitoring-service/domain/names.h"
#include "monitoring-service/domain/reasons.h"

namespace oversight::monitoring {
namespace {

using google::protobuf::Message;
using google::protobuf::Struct;

// What a fact of a template is a field of: a resource, and where in it.
struct Subject {
  std::string name;
  std::shared_ptr<const Message> resource;
  std::string prefix;  // "reasons[0]."
};
// What outlives the call anyway.
std::shared_ptr<const Message> Borrowed(const Message& resource) { return {std::shared_ptr<void>(), &resource}; }
using Subjects = std::map<std::string, Subject>;

// One time that a statement is made: what it adds to its id, its words and its subjects.
struct Item {
  std::string id;
  Struct words;
  Subjects subjects;
  std::string speaker;
};

void Say(Struct& words, const std::string& name, const std::string& text) {
  (*words.mutable_fields())[name].set_string_value(text);
}

// Without the mark at its end: the template sets its own.
std::string WithoutStop(const std::string& text) {
  std::string tidy = Tidy(text);
  while (!tidy.empty() && (tidy.back() == '.' || tidy.back() == ';' || tidy.back() == ',')) tidy.pop_back();
  return tidy;
}

std::string StopOf(size_t index, size_t count) {
  if (index + 1 == count) return ".";
  return index + 2 == count ? "; and" : ";";
}

std::string ReasonIdAt(const v1::Decision& decision, int index) {
  const std::string& id = decision.reasons(index).id();
  return id.empty() ? ReasonId(index + 1) : id;
}

// The handling of every concern that the reasons rest on.
std::vector<std::shared_ptr<const concerns::v1::Concern>> ConcernsOfReasons(const MoveFacts& facts) {
  std::vector<std::shared_ptr<const concerns::v1::Concern>> concerns;
  for (const auto& reason : facts.decision.reasons()) {
    if (reason.concern().empty()) continue;
    if (auto concern = facts.known.Concern(reason.concern())) concerns.push_back(std::move(concern));
  }
  return concerns;
}

// Public or not: a text must not say that nothing is open where something is that it may not name.
bool NothingOpen(const MoveFacts& facts) {
  if (!CarriedForward(facts.decision).empty()) return false;
  if (facts.ended == nullptr) return true;
  return facts.ended->exit_decision() == facts.decision.name()
             ? facts.ended->open_causes().empty()
             : facts.known.OpenCausesOf(ForceOf(facts.decision.name())).empty();
}

bool Holds(const std::string& condition, const MoveFacts& facts) {
  if (condition[0] == '!') return !Holds(condition.substr(1), facts);
  if (condition == "next_report") return facts.decision.has_next_report();
  if (condition == "episode") return facts.ended != nullptr;
  if (condition == "ground_text") return !facts.decision.ground_text().empty();
  if (condition == "nothing_open") return NothingOpen(facts);
  if (condition == "anything_open") return !OpenCauses(facts).empty() || !CarriedForward(facts.decision).empty();
  const auto concerns = ConcernsOfReasons(facts);
  bool known = !concerns.empty(), responding = true;
  for (const auto& concern : concerns) {
    known = known && concern->handling().level() != concerns::v1::HANDLING_LEVEL_UNSPECIFIED;
    responding = responding && concern->handling().level() != concerns::v1::HANDLING_LEVEL_NOT_RESPONDING;
  }
  return condition == "handling_known" ? known : known && responding;
}

Struct CommonWords(const v1::AnnouncementTemplate& of, const MoveFacts& facts, const v1::RecordHead& head) {
  Struct words;
  for (const auto& [name, text] : of.constants()) Say(words, name, text);
  const auto& decision = facts.decision;
  Say(words, "force", facts.force.display_name());
  Say(words, "decider", DeciderTitle(of, facts.force));
  Say(words, "from_stage", StageName(facts.ladder, decision.from_stage()));
  Say(words, "to_stage", StageName(facts.ladder, decision.to_stage()));
  const auto& stages = facts.ladder.stages();
  if (stages.size() > 0) Say(words, "default_stage", stages[0].display_name());
  if (stages.size() > 1) Say(words, "enhanced_stage", stages[1].display_name());
  Say(words, "decided", FormatForPeople(decision.decided_date()));
  Say(words, "effective", FormatForPeople(decision.effective_date()));
  Say(words, "since", facts.ended == nullptr ? "" : FormatForPeople(facts.ended->from_date()));
  Say(words, "ground_text", decision.ground_text());
  if (decision.has_next_report()) {
    Say(words, "next_report_title", WithoutStop(decision.next_report().title()));
    const auto& date = decision.next_report().expected_date();
    // "on 11 July 2024", but "in early 2024".
    Say(words, "next_report_date", absl::StrCat(IsExact(date) ? "on " : "in ", FormatForPeople(date)));
  }
  Say(words, "ledger", head.ledger());
  Say(words, "tree_size", absl::StrCat(head.tree_size()));
  Say(words, "root_hash", absl::BytesToHexString(head.root_hash()));
  return words;
}

Subjects CommonSubjects(const MoveFacts& facts) {
  Subjects subjects;
  subjects["decision"] = {facts.decision.name(), Borrowed(facts.decision), ""};
  subjects["force"] = {facts.force.name(), Borrowed(facts.force), ""};
  subjects["ladder"] = {facts.ladder.name(), Borrowed(facts.ladder), ""};
  if (facts.ended != nullptr) subjects["episode"] = {facts.ended->name(), Borrowed(*facts.ended), ""};
  return subjects;
}

std::vector<Item> ItemsOf(const std::string& each, const MoveFacts& facts, const QuotationList& quotations) {
  std::vector<Item> items;
  const auto& decision = facts.decision;
  if (each.empty()) items.emplace_back();
  if (each == "reasons") {
    for (int i = 0; i < decision.reasons_size(); ++i) {
      Item item;
      const auto& reason = decision.reasons(i);
      item.id = ReasonIdAt(decision, i);
      Say(item.words, "reason", WithoutStop(reason.text()));
      Say(item.words, "reason_id", item.id);
      Say(item.words, "stop", StopOf(i, decision.reasons_size()));
      item.subjects["reason"] = {decision.name(), Borrowed(decision), absl::StrCat("reasons[", i, "].")};
      if (const auto concern = facts.recorded.Find(reason.concern())) {
        item.subjects["concern"] = {reason.concern(), concern, ""};
      }
      items.push_back(std::move(item));
    }
  }
  if (each == "quotations") {
    for (const auto& quotation : quotations) {
      Item item;
      item.id = absl::StrCat(items.size() + 1);
      item.speaker = quotation.speaker();
      const auto found = facts.recorded.Find(quotation.speaker());
      const auto& speaker = dynamic_cast<const forces::v1::OfficeHolder&>(*found);  // CheckQuotations has seen to it.
      Say(item.words, "words", Tidy(quotation.text()));
      Say(item.words, "speaker_title", speaker.title());
      Say(item.words, "speaker_name", speaker.display_name());
      item.subjects["speaker"] = {quotation.speaker(), found, ""};
      items.push_back(std::move(item));
    }
  }
  const auto open = OpenCauses(facts);
  const auto carried = CarriedForward(decision);
  const size_t still_open = open.size() + carried.size();  // One list.
  if (each == "open_causes") {
    for (size_t i = 0; i < open.size(); ++i) {
      Item item;
      item.id = absl::StrCat(i + 1);
      Say(item.words, "cause", WithoutStop(open[i].title));
      Say(item.words, "stop", StopOf(i, still_open));
      const bool of_episode = open[i].resource == facts.ended->name();
      const auto resource = of_episode ? Borrowed(*facts.ended) : facts.recorded.Find(open[i].resource);
      item.subjects["cause"] = {open[i].resource, resource,
                                open[i].field.substr(0, open[i].field.size() - std::string("title").size())};
      items.push_back(std::move(item));
    }
  }
  if (each == "carried_forward") {
    for (size_t i = 0; i < carried.size(); ++i) {
      Item item;
      const auto& outcome = decision.reason_outcomes(carried[i]);
      item.id = outcome.reason();
      Say(item.words, "reason", WithoutStop(ReasonText(facts, outcome.reason())));
      Say(item.words, "followed_by", outcome.followed_by());
      Say(item.words, "follow_up", WithoutStop(outcome.follow_up()));
      Say(item.words, "stop", StopOf(open.size() + i, still_open));
      item.subjects["outcome"] = {decision.name(), Borrowed(decision),
                                  absl::StrCat("reason_outcomes[", carried[i], "].")};
      items.push_back(std::move(item));
    }
  }
  return items;
}

void AddFact(const std::string& fact, const Subjects& subjects, const MoveFacts& facts, const v1::RecordHead& head,
             v1::Statement& statement) {
  const size_t dot = fact.find('.');
  const std::string subject = fact.substr(0, dot), field = fact.substr(dot + 1);
  if (subject == "ledger") {
    auto* reference = statement.add_facts();
    reference->set_name(head.ledger());
    reference->set_field(field);
    reference->set_revision(head.tree_size());
    reference->set_value(absl::BytesToHexString(head.root_hash()));
    return;
  }
  if (subject == "reasons") {
    for (const auto& concern : ConcernsOfReasons(facts)) {
      if (auto reference = Refer(concern.get(), concern->name(), field + ".level")) *statement.add_facts() = *reference;
    }
    return;
  }
  const auto of = subjects.find(subject);
  if (of == subjects.end()) return;
  if (auto reference = Refer(of->second.resource.get(), of->second.name, of->second.prefix + field)) {
    *statement.add_facts() = *std::move(reference);
  }
}

absl::Status CheckQuotations(const MoveFacts& facts, const QuotationList& quotations) {
  Violations violations;
  for (int i = 0; i < quotations.size(); ++i) {
    const std::string field = absl::StrCat("announcement.quotations[", i, "].speaker");
    const std::string& name = quotations[i].speaker();
    const auto found = facts.recorded.Find(name);
    const auto* speaker = dynamic_cast<const forces::v1::OfficeHolder*>(found.get());
    if (ForceOf(name) != facts.force.name()) {
      violations.Add(field, absl::StrCat("must hold an office for ", facts.force.name()));
    } else if (speaker == nullptr) {
      violations.Add(field, "is not known to the register; ListOfficeHolders has those there are");
    } else if (!InOffice(*speaker, facts)) {
      violations.Add(field,
                     absl::StrCat(speaker->display_name(), " is not in office on ",
                                  FormatForPeople(facts.decision.effective_date()), ", when the move takes effect"));
    }
  }
  return violations.status();
}

}  // namespace

const v1::Stage* FindStage(const v1::Ladder& ladder, const std::string& id) {
  for (const auto& stage : ladder.stages()) {
    if (stage.id() == id) return &stage;
  }
  return nullptr;
}

v1::AnnouncementKind KindOf(const v1::Decision& decision, const v1::Ladder& ladder) {
  const auto enhanced = [&ladder](const std::string& id) {
    const auto* stage = FindStage(ladder, id);
    return stage != nullptr && stage->enhanced();
  };
  const bool from = enhanced(decision.from_stage()), to = enhanced(decision.to_stage());
  if (from == to) return v1::ANNOUNCEMENT_KIND_OTHER;
  return to ? v1::ANNOUNCEMENT_KIND_MOVED_IN : v1::ANNOUNCEMENT_KIND_MOVED_OUT;
}

std::string StageName(const v1::Ladder& ladder, const std::string& id) {
  const auto* stage = FindStage(ladder, id);
  return stage == nullptr ? id : stage->display_name();
}

std::string DeciderTitle(const v1::AnnouncementTemplate& of, const forces::v1::Force& force) {
  return of.constants().at(force.service() == forces::v1::SERVICE_TYPE_FIRE_AND_RESCUE ? "decider_fire"
                                                                                       : "decider_police");
}

std::vector<StillOpen> OpenCauses(const MoveFacts& facts) {
  std::vector<StillOpen> open;
  if (facts.ended == nullptr) return open;
  if (facts.ended->exit_decision() == facts.decision.name()) {
    for (int i = 0; i < facts.ended->open_causes_size(); ++i) {
      if (!facts.ended->open_causes(i).published()) continue;
      open.push_back({facts.ended->open_causes(i).title(), facts.ended->name(),
                      absl::StrCat("open_causes[", i, "].title"), facts.ended->open_causes(i).concern()});
    }
    return open;
  }
  for (const auto& concern : facts.known.OpenCausesOf(ForceOf(facts.decision.name()))) {
    if (!concern->has_published()) continue;
    open.push_back({concern->title(), concern->name(), "title", concern->name()});
  }
  return open;
}

std::vector<int> CarriedForward(const v1::Decision& decision) {
  std::vector<int> carried;
  for (int i = 0; i < decision.reason_outcomes_size(); ++i) {
    if (decision.reason_outcomes(i).end() == v1::REASON_END_CARRIED_FORWARD) carried.push_back(i);
  }
  return carried;
}

std::string ReasonText(const MoveFacts& facts, const std::string& id) {
  if (facts.ended == nullptr) return id;
  for (const auto& reason : ReasonsOf(*facts.ended)) {
    if (reason.id() == id) return reason.text();
  }
  return id;
}

bool MayRestOn(const std::string& fact, const MoveFacts& facts) {
  const std::string& force = facts.force.name();
  if (fact == force || absl::StartsWith(fact, force + "/")) return true;
  for (const auto* known : {"ladders/", "ledgers/", "nationalInspections/"}) {
    if (absl::StartsWith(fact, known)) return true;
  }
  return false;
}

StatementFacts FactsOf(const v1::StatementTemplate& statement, const MoveFacts& facts, const v1::RecordHead& head) {
  const Subjects subjects = CommonSubjects(facts);
  v1::Statement made;
  for (const auto& fact : statement.facts()) AddFact(fact, subjects, facts, head, made);
  return std::move(*made.mutable_facts());
}

bool Applies(const v1::StatementTemplate& statement, const MoveFacts& facts) {
  for (const auto& condition : statement.when()) {
    if (!Holds(condition, facts)) return false;
  }
  return true;
}

bool InOffice(const forces::v1::OfficeHolder& speaker, const MoveFacts& facts) {
  const auto& date = facts.decision.effective_date();
  if (MustBeBefore(date, speaker.from_date())) return false;
  return !speaker.has_to_date() || MayBeBefore(date, speaker.to_date());
}

absl::StatusOr<StatementList> Generate(const AnnouncementTemplates& templates, const MoveFacts& facts,
                                       const QuotationList& quotations, const v1::RecordHead& head) {
  OVERSIGHT_RETURN_IF_ERROR(CheckQuotations(facts, quotations));
  const auto& of = templates.Of(KindOf(facts.decision, facts.ladder));
  const Struct common = CommonWords(of, facts, head);
  const Subjects subjects = CommonSubjects(facts);
  StatementList statements;
  for (const auto& made : of.statements()) {
    if (!Applies(made, facts)) continue;
    for (const auto& item : ItemsOf(made.each(), facts, quotations)) {
      Struct words = common;
      for (const auto& [name, text] : item.words.fields()) (*words.mutable_fields())[name] = text;
      Subjects all = subjects;
      all.insert(item.subjects.begin(), item.subjects.end());
      v1::Statement statement;
      statement.set_id(item.id.empty() ? made.id() : absl::StrCat(made.id(), "-", item.id));
      statement.set_part(made.part());
      OVERSIGHT_ASSIGN_OR_RETURN(const std::string text, RenderTemplate(made.text(), words));
      statement.set_text(Tidy(text));
      statement.set_standing(made.standing());
      statement.set_speaker(item.speaker);
      for (const auto& fact : made.facts()) AddFact(fact, all, facts, head, statement);
      *statements.Add() = std::move(statement);
    }
  }
  return statements;
}

std::string LayOut(const AnnouncementTemplates& templates, const StatementList& statements) {
  static const auto* const names =
      new std::map<v1::StatementPart, std::string>{{v1::STATEMENT_PART_HEADLINE, "headline"},
                                                   {v1::STATEMENT_PART_PARAGRAPH, "paragraph"},
                                                   {v1::STATEMENT_PART_LIST_ITEM, "list_item"},
                                                   {v1::STATEMENT_PART_QUOTATION, "quotation"},
                                                   {v1::STATEMENT_PART_NOTE, "note"}};
  Struct data;
  auto* list = (*data.mutable_fields())["statements"].mutable_list_value();
  bool first_note = true;
  for (int i = 0; i < statements.size(); ++i) {
    const auto& statement = statements[i];
    auto& fields = *list->add_values()->mutable_struct_value()->mutable_fields();
    fields["text"].set_string_value(statement.text());
    // A section alone on its line would take the line's own end away.
    fields["line_break"].set_string_value("\n");
    // Every name is there: Mustache looks for what is missing further out.
    for (const auto& [part, name] : *names) fields[name].set_bool_value(part == statement.part());
    const bool note = statement.part() == v1::STATEMENT_PART_NOTE;
    fields["first_note"].set_bool_value(note && std::exchange(first_note, first_note && !note));
    fields["last_item"].set_bool_value(i + 1 == statements.size() ||
                                       statements[i + 1].part() != v1::STATEMENT_PART_LIST_ITEM);
  }
  // Load has seen that it is Mustache.
  std::string text = RenderTemplate(templates.layout(), data).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text + "\n";
}

}  // namespace oversight::monitoring
