#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "common/time/london.h"
#include "common/time/partial_date.h"
#include "common/time/timestamp.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/dashboard_page.h"
#include "gateway/cli/names.h"
#include "gateway/cli/values.h"
#include "gateway/cli/view_pages.h"
#include "gateway/cli/words.h"
#include "oversight/gateway/v1/gateway_service.pb.h"

namespace oversight::cli {
namespace {

constexpr char kService[] = "oversight.gateway.v1.GatewayService/";

// The force given, or "" for all of them.
absl::StatusOr<std::string> ForceOf(const Arguments& arguments) {
  if (arguments.text("force").empty()) return std::string();
  auto name = CompleteName("forces/{force}", arguments.text("force"));
  if (!name.ok()) return UsageError(absl::StrCat("FORCE: ", std::string(name.status().message())));
  return name;
}

template <class Request, class Response>
absl::Status Show(Session& session, const std::string& method, Request request,
                  std::string (*page)(const decltype(Response().dashboard())&)) {
  request.mutable_freshness()->set_fully_consistent(true);
  Response response;
  const absl::Status status = session.client->Call(absl::StrCat(kService, method), request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response.dashboard());
  } else {
    *session.out << page(response.dashboard());
  }
  return absl::OkStatus();
}

absl::Status Dashboard(Session& session, const Arguments& arguments) {
  const auto force = ForceOf(arguments);
  if (!force.ok()) return force.status();
  using namespace gateway::v1;  // NOLINT
  const auto set_from_flag = [&arguments](google::protobuf::Message& request, const char* field) {
    const std::string flag = Kebab(field);
    if (!arguments.given(flag)) return absl::OkStatus();
    const auto set = SetValue(&request, {request.GetDescriptor()->FindFieldByName(field)}, arguments.text(flag), {});
    return set.ok() ? set : UsageError(absl::StrCat("--", flag, " ", std::string(set.message())));
  };
  if (force->empty()) {
    GetNationalDashboardRequest request;
    OVERSIGHT_RETURN_IF_ERROR(set_from_flag(request, "as_of_time"));
    return Show<GetNationalDashboardRequest, GetNationalDashboardResponse>(session, "GetNationalDashboard", request,
                                                                           &NationalPage);
  }
  GetForceDashboardRequest request;
  request.set_name(*force);
  for (const char* field : {"on_date", "as_of_time"}) OVERSIGHT_RETURN_IF_ERROR(set_from_flag(request, field));
  return Show<GetForceDashboardRequest, GetForceDashboardResponse>(session, "GetForceDashboard", request, &ForcePage);
}

absl::Status Watch(Session& session, const Arguments& arguments) {
  const auto force = ForceOf(arguments);
  if (!force.ok()) return force.status();
  int count = 0, seen = 0;
  if (arguments.given("count")) (void)absl::SimpleAtoi(arguments.text("count"), &count);
  gateway::v1::WatchDashboardRequest request;
  request.set_force(*force);
  gateway::v1::WatchDashboardResponse response;
  return session.client->Stream(absl::StrCat(kService, "WatchDashboard"), request, &response, [&] {
    if (session.json) {
      PrintJson(session, response);
    } else {
      *session.out << (response.has_national() ? NationalPage(response.national()) : ForcePage(response.force()))
                   << std::string(60, '-') << std::endl;
    }
    return count == 0 || ++seen < count;
  });
}

// A moment, or a day: then its beginning in London.
absl::Status SetMoment(const Arguments& arguments, const std::string& flag, google::protobuf::Message* request,
                       const char* field) {
  if (!arguments.given(flag)) return absl::OkStatus();
  const std::string text = arguments.text(flag);
  if (const auto date = ParsePartialDate(text); date.ok() && ToCivilDay(*date).has_value()) {
    google::protobuf::Timestamp time;
    oversight::SetTime(LondonTime(absl::CivilMinute(*ToCivilDay(*date))), &time);
    request->GetReflection()->MutableMessage(request, request->GetDescriptor()->FindFieldByName(field))->CopyFrom(time);
    return absl::OkStatus();
  }
  const auto set = SetValue(request, {request->GetDescriptor()->FindFieldByName(field)}, text, {});
  return set.ok() ? set
                  : UsageError(absl::StrCat("--", flag, " ", std::string(set.message()), ", or a day: 2024-03-01"));
}

absl::Status Agenda(Session& session, const Arguments& arguments) {
  const auto force = ForceOf(arguments);
  if (!force.ok()) return force.status();
  gateway::v1::GetAgendaRequest request;
  request.set_force(*force);
  request.mutable_freshness()->set_fully_consistent(true);
  for (const auto& [flag, field] : {std::pair("since", "since_time"), std::pair("until", "until_time")}) {
    if (const auto set = SetMoment(arguments, flag, &request, field); !set.ok()) return set;
  }
  gateway::v1::GetAgendaResponse response;
  const auto status = session.client->Call(absl::StrCat(kService, "GetAgenda"), request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    for (const auto& pack : response.packs()) PrintJson(session, pack);
    return absl::OkStatus();
  }
  if (response.packs().empty()) *session.out << "No force is in an enhanced stage.\n";
  bool first = true;
  for (const auto& pack : response.packs()) {
    if (!first) *session.out << std::string(60, '-') << "\n";
    first = false;
    *session.out << AgendaPage(pack, session.width);
  }
  if (response.left_out() > 0) {
    *session.out << "And " << response.left_out() << " more: ask for them by force.\n";
  }
  return absl::OkStatus();
}

absl::Status Compare(Session& session, const Arguments& arguments) {
  gateway::v1::ListComparisonsRequest request;
  request.mutable_freshness()->set_fully_consistent(true);
  request.set_by(arguments.text("by") == "regions" ? gateway::v1::COMPARISON_BY_REGION
                                                   : gateway::v1::COMPARISON_BY_THEME);
  const auto* type = gateway::v1::ListComparisonsRequest::descriptor();
  for (const auto& [flag, field] : {std::pair("since", "since_date"), std::pair("order", "order")}) {
    if (!arguments.given(flag)) continue;
    const auto set = SetValue(&request, {type->FindFieldByName(field)}, arguments.text(flag), {});
    if (!set.ok()) return UsageError(absl::StrCat("--", flag, " ", std::string(set.message())));
  }
  gateway::v1::ListComparisonsResponse response;
  const auto status = session.client->Call(absl::StrCat(kService, "ListComparisons"), request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response);
  } else {
    *session.out << ComparisonPage(response, session.width);
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> DashboardCommands() {
  const FlagSpec force = {.name = "force",
                          .value = "FORCE",
                          .help = "The force, such as west-midlands; without it the national dashboard."};
  std::vector<Command> commands(4);
  commands[0] = {.name = "dashboard",
                 .summary = "Show the national dashboard, or that of a force.",
                 .positionals = {force},
                 .flags = {{.name = "on-date",
                            .value = "DAY",
                            .help = "Show the force on this day in the past, by what is recorded now: 2024-07-31."},
                           {.name = "as-of-time",
                            .value = "TIME",
                            .help = "Show what was recorded at this moment: 2024-07-31T10:00:00Z."}},
                 .examine = [](const Arguments& arguments) -> std::vector<std::string> {
                   if (!arguments.text("force").empty() || !arguments.given("on-date")) return {};
                   return {"--on-date is for the dashboard of a force: name it"};
                 },
                 .run = &Dashboard};
  commands[1] = {
      .name = "watch",
      .summary = "Show a dashboard again whenever it changes, until interrupted.",
      .positionals = {force},
      .flags = {{.name = "count", .value = "NUMBER", .help = "Stop after so many states.", .check = &CountProblem}},
      .run = &Watch};
  commands[2] = {
      .name = "agenda",
      .summary = "Show the agenda pack for a meeting with a force, or for every force in an enhanced stage.",
      .details =
          "What was recorded since the last meeting, what was promised and what became of it, what is overdue, "
          "what the policy advised then and advises now, and what may be asked.",
      .positionals = {{.name = "force",
                       .value = "FORCE",
                       .help = "The force, such as west-midlands; without it every force that the oversight group "
                               "calls."}},
      .flags = {{.name = "since",
                 .value = "TIME",
                 .help = "Since what was recorded at this moment: 2024-07-31 or 2024-07-31T10:00:00Z.",
                 .limits = "The beginning of the day of the force's last meeting when not given; where there was none, "
                           "the beginning of the record."},
                {.name = "until",
                 .value = "TIME",
                 .help = "Until what was recorded at this moment; now when not given."}},
      .run = &Agenda};
  commands[3] = {.name = "compare",
                 .summary = "Compare the open work of all forces by theme or by region.",
                 .positionals = {{.name = "by",
                                  .value = "BY",
                                  .help = "themes, or regions.",
                                  .required = true,
                                  .choices = {"themes", "regions"}}},
                 .flags = {{.name = "since", .value = "DAY", .help = "Against this day in the past: 2024-07-31."},
                           {.name = "order",
                            .value = "ORDER",
                            .help = "By which number, the highest first; by name when not given.",
                            .choices = Choices(*gateway::v1::ComparisonOrder_descriptor())}},
                 .run = &Compare};
  return commands;
}

}  // namespace oversight::cli
