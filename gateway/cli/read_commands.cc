#include <cctype>
#include <iostream>
#include <optional>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/render.h"
#include "gateway/cli/table.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/ledger/v1/ledger_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"

namespace oversight::cli {
namespace {

constexpr char kForces[] = "oversight.forces.v1.ForcesService/";
constexpr char kConcerns[] = "oversight.concerns.v1.ConcernsService/";
constexpr char kMonitoring[] = "oversight.monitoring.v1.MonitoringService/";
constexpr char kLedger[] = "oversight.ledger.v1.LedgerService/";
constexpr char kGateway[] = "oversight.gateway.v1.GatewayService/";

struct ListArguments {
  std::string kind, ledger, force = "-", state, stage, region, query;
  std::vector<std::string> given;  // the options written, such as "--force"
};

// Fetches every page and hands each item on.
template <class Request, class Response, class Item>
absl::Status EachItem(Session& session, const std::string& method, Request request,
                      const google::protobuf::RepeatedPtrField<Item>& (Response::*items)() const,
                      const std::function<void(const Item&)>& each) {
  request.set_page_size(500);
  for (;;) {
    Response response;
    if (absl::Status status = session.client->Call(method, request, &response); !status.ok()) return status;
    for (const auto& item : (response.*items)()) {
      if (session.json) {
        PrintJson(item);
      } else {
        each(item);
      }
    }
    if (response.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(response.next_page_token());
  }
}

// "issued" -> CONCERN_STATE_ISSUED.
template <class Enum>
absl::StatusOr<Enum> State(const std::string& text, const std::string& prefix) {
  if (text.empty()) return static_cast<Enum>(0);
  std::string name = prefix;
  for (const char c : text)
    name += c == ' ' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto* value = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(name);
  if (value == nullptr) {
    std::string known;
    for (int i = 1; i < google::protobuf::GetEnumDescriptor<Enum>()->value_count(); ++i) {
      absl::StrAppend(&known, i == 1 ? "" : ", ",
                      Words(static_cast<Enum>(google::protobuf::GetEnumDescriptor<Enum>()->value(i)->number())));
    }
    return UsageError(absl::StrCat("--state: there is no state \"", text, "\". There are ", known, "."));
  }
  return static_cast<Enum>(value->number());
}

template <class Request>
Request WithParent(const std::string& parent) {
  Request request;
  request.set_parent(parent);
  return request;
}

// A stage no ladder ever had is a slip of the pen, not an empty answer.
absl::Status CheckStage(Session& session, const std::string& stage) {
  monitoring::v1::ListLaddersResponse response;
  const absl::Status status =
      session.client->Call(absl::StrCat(kMonitoring, "ListLadders"), monitoring::v1::ListLaddersRequest(), &response);
  if (!status.ok()) return status;
  std::string known;
  for (const auto& ladder : response.ladder_list().ladders()) {
    known.clear();  // those of the last ladder, which is in force, are named
    for (const auto& item : ladder.stages()) {
      if (item.id() == stage) return absl::OkStatus();
      absl::StrAppend(&known, known.empty() ? "" : ", ", item.id());
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--stage: there is no stage \"", stage, "\". The ladder in force has ", known, "."));
}

absl::Status List(Session& session, const ListArguments& arguments) {
  if (absl::Status fits = CheckListOptions(arguments.kind, arguments.given); !fits.ok()) return fits;
  const auto ledger = LedgerToList(arguments.kind, arguments.ledger);
  if (!ledger.ok()) return ledger.status();
  const std::string force = ForceName(arguments.force);
  std::optional<Table> table;
  absl::Status status;
  if (arguments.kind == "forces") {
    forces::v1::ListForcesRequest request;
    request.set_region(arguments.region);
    request.set_query(arguments.query);
    table.emplace(std::vector<std::string>{"NAME", "FORCE", "SERVICE", "REGION", "OVERSIGHT BODY"});
    status = EachItem<forces::v1::ListForcesRequest, forces::v1::ListForcesResponse, forces::v1::Force>(
        session, absl::StrCat(kForces, "ListForces"), request, &forces::v1::ListForcesResponse::forces,
        [&](const auto& item) {
          table->Add({item.name(), item.display_name(), Words(item.service()), item.region(),
                      item.oversight_body().display_name()});
        });
  } else if (arguments.kind == "concerns") {
    auto request = WithParent<concerns::v1::ListConcernsRequest>(force);
    const auto state = State<concerns::v1::ConcernState>(arguments.state, "CONCERN_STATE_");
    if (!state.ok()) return state.status();
    request.set_state(*state);
    table.emplace(std::vector<std::string>{"NAME", "KIND", "STATE", "HANDLING", "ISSUED", "TITLE"});
    status = EachItem<concerns::v1::ListConcernsRequest, concerns::v1::ListConcernsResponse, concerns::v1::Concern>(
        session, absl::StrCat(kConcerns, "ListConcerns"), request, &concerns::v1::ListConcernsResponse::concerns,
        [&](const auto& item) {
          table->Add({item.name(), Words(item.kind()), Words(item.state()), Words(item.handling().level()),
                      Day(item.has_issue_date(), item.issue_date()), item.title()});
        });
  } else if (arguments.kind == "recommendations") {
    auto request = WithParent<concerns::v1::ListRecommendationsRequest>(force + "/concerns/-");
    const auto state = State<concerns::v1::RecommendationState>(arguments.state, "RECOMMENDATION_STATE_");
    if (!state.ok()) return state.status();
    request.set_state(*state);
    table.emplace(std::vector<std::string>{"NAME", "STATE", "DUE", "TEXT"});
    status = EachItem<concerns::v1::ListRecommendationsRequest, concerns::v1::ListRecommendationsResponse,
                      concerns::v1::Recommendation>(
        session, absl::StrCat(kConcerns, "ListRecommendations"), request,
        &concerns::v1::ListRecommendationsResponse::recommendations, [&](const auto& item) {
          table->Add({item.name(), Words(item.state()), Day(item.has_due_date(), item.due_date()), item.text()});
        });
  } else if (arguments.kind == "themes") {
    concerns::v1::ListThemesResponse response;
    status = session.client->Call(absl::StrCat(kConcerns, "ListThemes"), concerns::v1::ListThemesRequest(), &response);
    table.emplace(std::vector<std::string>{"NAME", "THEME"});
    for (const auto& theme : response.theme_list().themes()) {
      if (session.json) {
        PrintJson(theme);
      } else {
        table->Add({theme.name(), theme.display_name()});
      }
    }
  } else if (arguments.kind == "monitoring") {
    monitoring::v1::ListMonitoringRequest request;
    request.set_stage(arguments.stage);
    if (!arguments.stage.empty()) {
      if (absl::Status known = CheckStage(session, arguments.stage); !known.ok()) return known;
    }
    table.emplace(std::vector<std::string>{"NAME", "STAGE", "SINCE", "EPISODE", "OPEN PROPOSAL"});
    status = EachItem<monitoring::v1::ListMonitoringRequest, monitoring::v1::ListMonitoringResponse,
                      monitoring::v1::Monitoring>(
        session, absl::StrCat(kMonitoring, "ListMonitoring"), request,
        &monitoring::v1::ListMonitoringResponse::monitoring, [&](const auto& item) {
          table->Add({item.name(), item.stage_display_name(), Day(item.has_since_date(), item.since_date()),
                      item.episode(), item.open_proposal()});
        });
  } else if (arguments.kind == "proposals") {
    auto request = WithParent<monitoring::v1::ListProposalsRequest>(force);
    const auto state = State<monitoring::v1::ProposalState>(arguments.state, "PROPOSAL_STATE_");
    if (!state.ok()) return state.status();
    request.set_state(*state);
    table.emplace(std::vector<std::string>{"NAME", "STATE", "FROM", "TO", "GROUND", "REASONS", "PROPOSER"});
    status =
        EachItem<monitoring::v1::ListProposalsRequest, monitoring::v1::ListProposalsResponse, monitoring::v1::Proposal>(
            session, absl::StrCat(kMonitoring, "ListProposals"), request,
            &monitoring::v1::ListProposalsResponse::proposals, [&](const auto& item) {
              table->Add({item.name(), Words(item.state()), item.from_stage(), item.to_stage(), Words(item.ground()),
                          absl::StrCat(item.reasons_size()), item.proposer()});
            });
  } else if (arguments.kind == "decisions") {
    table.emplace(std::vector<std::string>{"NAME", "OUTCOME", "FROM", "TO", "EFFECTIVE", "DECIDER"});
    status =
        EachItem<monitoring::v1::ListDecisionsRequest, monitoring::v1::ListDecisionsResponse, monitoring::v1::Decision>(
            session, absl::StrCat(kMonitoring, "ListDecisions"),
            WithParent<monitoring::v1::ListDecisionsRequest>(force), &monitoring::v1::ListDecisionsResponse::decisions,
            [&](const auto& item) {
              table->Add({item.name(), Words(item.outcome()), item.from_stage(), item.to_stage(),
                          Day(item.has_effective_date(), item.effective_date()), item.decider()});
            });
  } else if (arguments.kind == "redactions") {
    table.emplace(std::vector<std::string>{"NAME", "RECORDED", "RESOURCE", "REVISION", "REASON"});
    status = EachItem<ledger::v1::ListRedactionsRequest, ledger::v1::ListRedactionsResponse, ledger::v1::Redaction>(
        session, absl::StrCat(kLedger, "ListRedactions"), WithParent<ledger::v1::ListRedactionsRequest>(*ledger),
        &ledger::v1::ListRedactionsResponse::redactions, [&](const auto& item) {
          table->Add({item.name(), Moment(item.create_time()), item.resource(), absl::StrCat(item.resource_revision()),
                      item.reason()});
        });
    if (status.ok() && !session.json) std::cout << table->Wrapped();
    return status;
  } else {
    table.emplace(std::vector<std::string>{"NAME", "STAGE", "FROM", "UNTIL", "REASONS"});
    status =
        EachItem<monitoring::v1::ListEpisodesRequest, monitoring::v1::ListEpisodesResponse, monitoring::v1::Episode>(
            session, absl::StrCat(kMonitoring, "ListEpisodes"), WithParent<monitoring::v1::ListEpisodesRequest>(force),
            &monitoring::v1::ListEpisodesResponse::episodes, [&](const auto& item) {
              table->Add({item.name(), item.stage(), Day(item.has_from_date(), item.from_date()),
                          Day(item.has_until_date(), item.until_date()), absl::StrCat(item.entry_reasons_size())});
            });
  }
  if (status.ok() && !session.json) std::cout << table->Text();
  return status;
}

// What a name is the name of, by its last collection.
enum class Kind { kForce, kConcern, kRecommendation, kMonitoring, kProposal, kDecision, kEpisode, kUnknown };
Kind KindOf(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() == 2 && parts[0] == "forces") return Kind::kForce;
  if (parts.size() == 3 && parts[2] == "monitoring") return Kind::kMonitoring;
  if (parts.size() == 4 && parts[2] == "concerns") return Kind::kConcern;
  if (parts.size() == 4 && parts[2] == "proposals") return Kind::kProposal;
  if (parts.size() == 4 && parts[2] == "decisions") return Kind::kDecision;
  if (parts.size() == 4 && parts[2] == "episodes") return Kind::kEpisode;
  if (parts.size() == 6 && parts[4] == "recommendations") return Kind::kRecommendation;
  return Kind::kUnknown;
}

absl::Status NotAName(const std::string& name, const std::string& example) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", name, "\" is not a name this command takes. Write it as ", example, "."));
}

template <class Request, class Response>
absl::Status Get(Session& session, const std::string& method, const std::string& name, const std::string& shown) {
  Request request;
  request.set_name(name);
  Response response;
  if (absl::Status status = session.client->Call(method, request, &response); !status.ok()) return status;
  return ShowAnswer(session, response, shown);
}

absl::Status Show(Session& session, const std::string& name) {
  using namespace concerns::v1;    // NOLINT
  using namespace monitoring::v1;  // NOLINT
  switch (KindOf(name)) {
    case Kind::kForce:
      return Get<forces::v1::GetForceRequest, forces::v1::GetForceResponse>(session, absl::StrCat(kForces, "GetForce"),
                                                                            name, "force");
    case Kind::kConcern:
      return Get<GetConcernRequest, GetConcernResponse>(session, absl::StrCat(kConcerns, "GetConcern"), name,
                                                        "concern");
    case Kind::kRecommendation:
      return Get<GetRecommendationRequest, GetRecommendationResponse>(
          session, absl::StrCat(kConcerns, "GetRecommendation"), name, "recommendation");
    case Kind::kMonitoring:
      return Get<GetMonitoringRequest, GetMonitoringResponse>(session, absl::StrCat(kMonitoring, "GetMonitoring"), name,
                                                              "monitoring");
    case Kind::kProposal:
      return Get<GetProposalRequest, GetProposalResponse>(session, absl::StrCat(kMonitoring, "GetProposal"), name,
                                                          "proposal");
    case Kind::kDecision:
      return Get<GetDecisionRequest, GetDecisionResponse>(session, absl::StrCat(kMonitoring, "GetDecision"), name,
                                                          "decision");
    case Kind::kEpisode:
      return Get<GetEpisodeRequest, GetEpisodeResponse>(session, absl::StrCat(kMonitoring, "GetEpisode"), name,
                                                        "episode");
    case Kind::kUnknown:
      break;
  }
  return NotAName(name, "forces/kent, forces/kent/concerns/1, forces/kent/monitoring or the like");
}

template <class Request, class Response>
absl::Status Versions(Session& session, const std::string& method, const std::string& name) {
  Request request;
  request.set_name(name);
  request.set_page_size(500);
  Table table({"REVISION", "RECORDED", "BY", "ACT", "REASON"});
  for (;;) {
    Response response;
    if (absl::Status status = session.client->Call(method, request, &response); !status.ok()) return status;
    for (const auto& version : response.versions()) {
      if (session.json) {
        PrintJson(version);
        continue;
      }
      const auto& change = version.change();
      table.Add(
          {absl::StrCat(change.revision()), Moment(change.recorded_time()), change.actor(),
           change.redaction().empty() ? change.verb() : absl::StrCat(change.verb(), ", redacted: ", change.redaction()),
           change.reason()});
    }
    if (response.next_page_token().empty()) break;
    request.set_page_token(response.next_page_token());
  }
  if (!session.json) std::cout << table.Wrapped();
  return absl::OkStatus();
}

absl::Status ShowVersions(Session& session, const std::string& name) {
  using namespace concerns::v1;    // NOLINT
  using namespace monitoring::v1;  // NOLINT
  switch (KindOf(name)) {
    case Kind::kForce:
      return Versions<forces::v1::ListForceVersionsRequest, forces::v1::ListForceVersionsResponse>(
          session, absl::StrCat(kForces, "ListForceVersions"), name);
    case Kind::kConcern:
      return Versions<ListConcernVersionsRequest, ListConcernVersionsResponse>(
          session, absl::StrCat(kConcerns, "ListConcernVersions"), name);
    case Kind::kRecommendation:
      return Versions<ListRecommendationVersionsRequest, ListRecommendationVersionsResponse>(
          session, absl::StrCat(kConcerns, "ListRecommendationVersions"), name);
    case Kind::kMonitoring:
      return Versions<ListMonitoringVersionsRequest, ListMonitoringVersionsResponse>(
          session, absl::StrCat(kMonitoring, "ListMonitoringVersions"), name);
    default:
      return NotAName(name, "the name of a force, a concern, a recommendation or a force's monitoring");
  }
}

template <class Response>
void PrintActions(Session& session, const Response& response) {
  Table table({"VERB", "NOW", "WHY NOT"});
  for (const auto& action : response.actions()) {
    if (session.json) {
      PrintJson(action);
    } else {
      table.Add({action.verb(), action.allowed() ? "yes" : "no", action.message()});
    }
  }
  if (!session.json) std::cout << table.Wrapped();
}

absl::Status Actions(Session& session, const std::string& name) {
  const Kind kind = KindOf(name);
  if (kind == Kind::kConcern || kind == Kind::kRecommendation) {
    concerns::v1::ListAllowedActionsRequest request;
    request.set_name(name);
    concerns::v1::ListAllowedActionsResponse response;
    const absl::Status status = session.client->Call(absl::StrCat(kConcerns, "ListAllowedActions"), request, &response);
    if (status.ok()) PrintActions(session, response);
    return status;
  }
  if (kind == Kind::kMonitoring || kind == Kind::kProposal) {
    monitoring::v1::ListAllowedActionsRequest request;
    request.set_name(name);
    monitoring::v1::ListAllowedActionsResponse response;
    const absl::Status status =
        session.client->Call(absl::StrCat(kMonitoring, "ListAllowedActions"), request, &response);
    if (status.ok()) PrintActions(session, response);
    return status;
  }
  return NotAName(name, "the name of a concern, a recommendation, a proposal or a force's monitoring");
}

absl::Status Dashboard(Session& session, const std::string& force) {
  if (force.empty()) {
    gateway::v1::GetNationalDashboardRequest request;
    request.mutable_freshness()->set_fully_consistent(true);
    gateway::v1::GetNationalDashboardResponse response;
    const absl::Status status =
        session.client->Call(absl::StrCat(kGateway, "GetNationalDashboard"), request, &response);
    if (!status.ok()) return status;
    if (session.json) {
      PrintJson(response.dashboard());
    } else {
      std::cout << NationalPage(response.dashboard());
    }
    return absl::OkStatus();
  }
  gateway::v1::GetForceDashboardRequest request;
  request.set_name(ForceName(force));
  request.mutable_freshness()->set_fully_consistent(true);
  gateway::v1::GetForceDashboardResponse response;
  const absl::Status status = session.client->Call(absl::StrCat(kGateway, "GetForceDashboard"), request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(response.dashboard());
  } else {
    std::cout << ForcePage(response.dashboard());
  }
  return absl::OkStatus();
}

absl::Status Watch(Session& session, const std::string& force, int count) {
  gateway::v1::WatchDashboardRequest request;
  if (!force.empty()) request.set_force(ForceName(force));
  gateway::v1::WatchDashboardResponse response;
  int seen = 0;
  return session.client->Stream(absl::StrCat(kGateway, "WatchDashboard"), request, &response, [&] {
    if (session.json) {
      PrintJson(response);
    } else {
      std::cout << (response.has_national() ? NationalPage(response.national()) : ForcePage(response.force()))
                << std::string(60, '-') << std::endl;
    }
    return count == 0 || ++seen < count;
  });
}

}  // namespace

void AddReadCommands(CLI::App& app, Session& session) {
  auto arguments = std::make_shared<ListArguments>();
  auto* list = app.add_subcommand(
      "list",
      "List forces, concerns, recommendations, themes, monitoring, proposals, decisions, episodes or redactions");
  list->add_option("kind", arguments->kind, "What to list")
      ->required()
      ->check(CLI::IsMember({"forces", "concerns", "recommendations", "themes", "monitoring", "proposals", "decisions",
                             "episodes", "redactions"}));
  list->add_option("ledger", arguments->ledger, "Redactions: of which ledger, forces, concerns or monitoring");
  list->add_option("--force", arguments->force, "Only of this force, such as west-midlands");
  list->add_option("--state", arguments->state, "Only in this state, such as issued");
  list->add_option("--stage", arguments->stage, "Monitoring: only in this stage, such as engage");
  list->add_option("--region", arguments->region, "Forces: only of this region, such as \"South West\"");
  list->add_option("--query", arguments->query, "Forces: only names that contain this text");
  for (auto* option : list->get_options([](const CLI::Option* each) { return each->nonpositional(); })) {
    if (option != list->get_help_ptr()) option->check(&NotEmpty);
  }
  list->callback([&session, arguments, list] {
    for (const auto* option : list->get_options()) {
      if (option->nonpositional() && option->count() > 0) arguments->given.push_back(option->get_name());
    }
    session.run = [&session, arguments] { return List(session, *arguments); };
  });

  const auto by_name = [&](const char* verb, const char* help, absl::Status (*run)(Session&, const std::string&),
                           bool required) {
    auto name = std::make_shared<std::string>();
    auto* command = app.add_subcommand(verb, help);
    auto* option = command->add_option(
        "name", *name, required ? "Resource name, such as forces/kent/concerns/1" : "Force, such as west-midlands");
    if (required) option->required();
    command->callback([&session, name, run] { session.run = [&session, name, run] { return run(session, *name); }; });
  };
  by_name("show", "Show one record", &Show, true);
  by_name("versions", "Show who changed a record and when", &ShowVersions, true);
  by_name("actions", "Show what may be done with a record now, and why not the rest", &Actions, true);
  by_name("dashboard", "Show the national dashboard, or a force's", &Dashboard, false);

  auto force = std::make_shared<std::string>();
  auto count = std::make_shared<int>(0);
  auto* watch = app.add_subcommand("watch", "Show a dashboard again whenever it changes, until interrupted");
  watch->add_option("force", *force, "Force, such as west-midlands; without it the national dashboard");
  watch->add_option("--count", *count, "Stop after so many states; 0 means never");
  watch->callback(
      [&session, force, count] { session.run = [&session, force, count] { return Watch(session, *force, *count); }; });
}

std::string ForceName(const std::string& text) { return text.rfind("forces/", 0) == 0 ? text : "forces/" + text; }

void PrintJson(const google::protobuf::Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  if (google::protobuf::util::MessageToJsonString(message, &json, options).ok()) std::cout << json << std::endl;
}

absl::Status ShowAnswer(Session& session, const google::protobuf::Message& response, const std::string& shown) {
  if (session.json) {
    PrintJson(response);
    return absl::OkStatus();
  }
  const auto* field = response.GetDescriptor()->FindFieldByName(shown);
  if (field != nullptr) std::cout << Labelled(response.GetReflection()->GetMessage(response, field));
  return absl::OkStatus();
}

std::string NewRequestId() {
  static std::mt19937_64 generator(std::random_device{}());
  return absl::StrFormat("cli-%016x%016x", generator(), generator());
}

}  // namespace oversight::cli
