#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/errors.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/dashboard_page.h"
#include "gateway/cli/names.h"
#include "gateway/cli/values.h"
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

}  // namespace

std::vector<Command> DashboardCommands() {
  const FlagSpec force = {.name = "force",
                          .value = "FORCE",
                          .help = "The force, such as west-midlands; without it the national dashboard."};
  std::vector<Command> commands(2);
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
  return commands;
}

}  // namespace oversight::cli
