// What people read of moves, whole and ready to print: the public register, the sequence of a decision, the text of an
// announcement. The same answers in full are verbs: get-register, get-decision-sequence, get-announcement.
#include "absl/strings/str_cat.h"
#include "common/time/partial_date.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/move_pages.h"
#include "gateway/cli/names.h"
#include "gateway/cli/words.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"

namespace oversight::cli {
namespace {

constexpr char kPackage[] = "oversight.monitoring.v1.";

template <class Request, class Response>
absl::Status Show(Session& session, const std::string& method, const Request& request,
                  const std::function<std::string(const Response&)>& page) {
  Response response;
  const absl::Status status = session.client->Call(absl::StrCat(kPackage, method), request, &response);
  if (!status.ok()) return status;
  if (session.json) {
    PrintJson(session, response);
  } else {
    *session.out << page(response);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> NameOf(const Arguments& arguments, const std::string& positional,
                                   const std::string& shape) {
  auto name = CompleteName(shape, arguments.text(positional));
  if (!name.ok()) return UsageError(absl::StrCat(positional, ": ", std::string(name.status().message())));
  return name;
}

absl::Status Register(Session& session, const Arguments& arguments) {
  monitoring::v1::GetRegisterRequest request;
  if (arguments.given("on-date")) {
    const auto date = ParsePartialDate(arguments.text("on-date"));
    if (!date.ok()) return UsageError(absl::StrCat("--on-date ", std::string(date.status().message())));
    *request.mutable_on_date() = *date;
  }
  return Show<monitoring::v1::GetRegisterRequest, monitoring::v1::GetRegisterResponse>(
      session, "RegisterService/GetRegister", request,
      [&session](const auto& response) { return RegisterPage(response, session.width); });
}

absl::Status Sequence(Session& session, const Arguments& arguments) {
  monitoring::v1::GetDecisionSequenceRequest request;
  const auto name = NameOf(arguments, "decision", "forces/{force}/decisions/{decision}");
  if (!name.ok()) return name.status();
  request.set_name(*name);
  if (arguments.given("clock")) {
    const auto* clock = ValueOf(*monitoring::v1::SequenceClock_descriptor(), arguments.text("clock"));
    if (clock != nullptr) request.set_clock(static_cast<monitoring::v1::SequenceClock>(clock->number()));
  }
  return Show<monitoring::v1::GetDecisionSequenceRequest, monitoring::v1::GetDecisionSequenceResponse>(
      session, "SequenceService/GetDecisionSequence", request,
      [&session, clock = request.clock()](const auto& response) {
        return SequencePage(response, clock, session.width);
      });
}

absl::Status Announcement(Session& session, const Arguments& arguments) {
  monitoring::v1::GetAnnouncementRequest request;
  const auto name = NameOf(arguments, "announcement", "forces/{force}/announcements/{announcement}");
  if (!name.ok()) return name.status();
  request.set_name(*name);
  return Show<monitoring::v1::GetAnnouncementRequest, monitoring::v1::GetAnnouncementResponse>(
      session, "AnnouncementsService/GetAnnouncement", request,
      [](const auto& response) { return response.announcement().text() + "\n"; });
}

}  // namespace

std::vector<Command> MoveCommands() {
  return {
      {.name = "register",
       .summary = "Show the public register: the forces in enhanced monitoring and those that were.",
       .flags = {{.name = "on-date",
                  .value = "DATE",
                  .help =
                      "As it was on this date: 2023-12-01, 2023-12 or 2023. Where dates are known in part, a force may "
                      "be possibly in it."}},
       .run = &Register},
      {.name = "sequence",
       .summary = "Print the sequence of a decision: every act around it, in order of time.",
       .positionals = {{.name = "decision",
                        .value = "DECISION",
                        .help = "The decision, such as forces/west-midlands/decisions/1.",
                        .required = true}},
       .flags = {{.name = "clock",
                  .value = "CLOCK",
                  .help = "In order of when it happened, was recorded or was published; effective when not given.",
                  .choices = Choices(*monitoring::v1::SequenceClock_descriptor())}},
       .run = &Sequence},
      {.name = "announcement",
       .summary = "Print the text of an announcement, ready to go out.",
       .positionals = {{.name = "announcement",
                        .value = "ANNOUNCEMENT",
                        .help = "The announcement, such as forces/west-midlands/announcements/1.",
                        .required = true}},
       .run = &Announcement},
  };
}

}  // namespace oversight::cli
