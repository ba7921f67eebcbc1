#include "gateway/cli/find_commands.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/show.h"
#include "gateway/cli/table.h"
#include "gateway/cli/words.h"
#include "oversight/common/v1/allowed_action.pb.h"

namespace oversight::cli {
namespace {

// What can be listed: "concerns" for list-concerns. Histories have a command of their own.
std::vector<std::string> Kinds() {
  std::vector<std::string> kinds;
  for (const Verb& verb : Verbs()) {
    if (!absl::StartsWith(verb.name, "list-") || absl::EndsWith(verb.name, "-versions")) continue;
    if (verb.name == "list-allowed-actions") continue;
    kinds.emplace_back(absl::StripPrefix(verb.name, "list-"));
  }
  return kinds;
}

absl::Status Usage(const absl::Status& status) { return UsageError(std::string(status.message())); }

absl::Status Actions(Session& session, const Arguments& arguments) {
  const auto named = FindActions(arguments.text("name"));
  if (!named.ok()) return Usage(named.status());
  const auto& method = *named->verb->method;
  const auto request = NewMessage(*method.input_type());
  const auto response = NewMessage(*method.output_type());
  request->GetReflection()->SetString(request.get(), request->GetDescriptor()->FindFieldByName("name"), named->name);
  const absl::Status status = session.client->Call(PathOf(method), *request, response.get());
  if (!status.ok()) return status;
  Table table({Column("VERB"), Column("NOW"), Column("WHY NOT", true, 0)});
  for (const auto* item : ListedIn(*response).items()) {
    if (session.json) {
      PrintJson(session, *item);
      continue;
    }
    const auto action = As<common::v1::AllowedAction>(*item);
    table.Add({Kebab(action.verb()), action.allowed() ? "yes" : "no", action.message()});
  }
  if (!session.json) *session.out << table.Fit(session.width);
  return absl::OkStatus();
}

}  // namespace

bool FindsItsVerb(const std::string& word) { return word == "list" || word == "show" || word == "versions"; }

absl::StatusOr<const Verb*> VerbFor(const std::string& word, std::vector<std::string>& args) {
  // What stands behind a flag may be its value.
  auto at = args.begin();
  while (at != args.end() && absl::StartsWith(*at, "-")) {
    const bool may_have_value = !absl::StrContains(*at, "=");
    ++at;
    if (may_have_value && at != args.end() && !absl::StartsWith(*at, "-") && at + 1 != args.end()) ++at;
  }
  if (at == args.end()) {
    return UsageError(word == "list" ? absl::StrCat("What is to be listed? ", JoinAnd(Kinds(), "or"), ".")
                                     : absl::StrCat("`oversight ", word, "` needs a name, such as kent/concerns/1."));
  }
  if (word != "list") {
    const auto named = word == "show" ? FindByName("Get", "", *at) : FindByName("List", "Versions", *at);
    if (!named.ok()) return Usage(named.status());
    return named->verb;
  }
  const std::string kind = Kebab(*at);
  const auto verbs = FindVerbs("list-" + kind);
  if (verbs.size() == 1) {
    args.erase(at);
    return verbs[0];
  }
  const std::string nearest = Nearest(kind, Kinds());
  return UsageError(absl::StrCat("Nothing lists \"", *at, "\". There are ", JoinAnd(Kinds()), ".",
                                 nearest.empty() ? "" : absl::StrCat(" Did you mean ", nearest, "?")));
}

std::vector<Command> FindCommands() {
  const FlagSpec name = {
      .name = "name", .value = "NAME", .help = "Its name, such as kent or kent/concerns/1.", .required = true};
  std::vector<Command> commands(4);
  commands[0] = {.name = "list",
                 .summary = "List what there is of a kind: list concerns is list-concerns.",
                 .details =
                     "Takes what that verb takes, such as the name of a force and --state; see `oversight help "
                     "list-concerns`.",
                 .positionals = {{.name = "kind",
                                  .value = "KIND",
                                  .help = absl::StrCat("One of ", JoinAnd(Kinds(), "or"), "."),
                                  .required = true}}};
  commands[1] = {.name = "show",
                 .summary = "Show one record, whatever its kind.",
                 .details = "With --as-of as it was recorded then: a revision, or a time.",
                 .positionals = {name}};
  commands[2] = {.name = "versions",
                 .summary = "Show the history of a record: who changed what, when and why.",
                 .positionals = {name}};
  commands[3] = {.name = "actions",
                 .summary = "Show what may be done with a record now, and why not the rest.",
                 .positionals = {name},
                 .run = &Actions};
  return commands;
}

}  // namespace oversight::cli
