#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/rpc/channel.h"
#include "common/time/london.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/monitoring/v1/advice_service.pb.h"
#include "oversight/monitoring/v1/announcements_service.pb.h"
#include "oversight/monitoring/v1/disclosures_service.pb.h"
#include "oversight/monitoring/v1/meetings_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "oversight/monitoring/v1/plans_service.pb.h"
#include "oversight/monitoring/v1/sequence_service.pb.h"
#include "oversight/monitoring/v1/support_service.pb.h"
#include "tests/bench/parts.h"
#include "tests/bench/register.h"
#include "tests/bench/ten_years.h"
#include "tests/support/awaited.h"

namespace oversight::bench {
namespace {

using google::protobuf::Message;
using oversight::testing::TempDir;
namespace mv1 = monitoring::v1;

constexpr char kMonitoring[] = "/oversight.monitoring.v1.";
constexpr char kReader[] = "gateway";
constexpr char kAnyForce[] = "any-force";  // Who plans for every force; added to the sample principals.
// What users notice, and what is asked of a record of this size.
constexpr double kSingleDigitMs = 9.999;
constexpr double kReleaseMs = 1000;
constexpr int kWriters = 4;  // Their calls share the services' batches.

struct Size {
  int64_t recommendations;
  int forces, moves, meetings;
  int64_t announcements;
  absl::Duration to_schedule;  // They are all scheduled within this.
};

// ---- Calls, one at a time, by bytes, so that whoever is asked costs the client the same. ----

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

class Caller {
 public:
  explicit Caller(const std::string& address) {
    for (const char* principal : {kReader, "liaison-lead", "chief-inspector", "press-officer", kAnyForce}) {
      rpc::ChannelOptions options;
      options.target = address;
      options.principal = absl::StrCat("principals/", principal);
      stubs_[principal] = std::make_unique<grpc::GenericStub>(rpc::MakeChannel(options));
    }
  }
  grpc::ByteBuffer Call(const std::string& as, const std::string& method, const grpc::ByteBuffer& request) const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + testing::kPatience);
    grpc::ByteBuffer response;
    std::mutex mu;
    std::condition_variable ended;
    std::optional<grpc::Status> status;
    stubs_.at(as)->UnaryCall(&context, method, {}, &request, &response, [&](const grpc::Status& got) {
      std::lock_guard lock(mu);
      status = got;
      ended.notify_one();
    });
    std::unique_lock lock(mu);
    ended.wait(lock, [&status] { return status.has_value(); });
    if (!status->ok()) Die(absl::StrCat(method, " as ", as, ": ", status->error_message()));
    return response;
  }
  template <class Response>
  Response Call(const std::string& as, const std::string& method, const Message& request) const {
    Response response;
    if (!response.ParseFromString(Flat(Call(as, method, Bytes(request.SerializeAsString()))))) Die("a bad answer");
    return response;
  }

 private:
  std::map<std::string, std::unique_ptr<grpc::GenericStub>> stubs_;
};

template <class Request>
Request From(const std::string& text) {
  Request request;
  if (!google::protobuf::TextFormat::ParseFromString(text, &request)) Die("a bad request: " + text);
  return request;
}

std::string DateText(absl::CivilDay day) {
  return absl::StrCat("{year: ", day.year(), " month: ", day.month(), " day: ", day.day(), "}");
}

// ---- Ten years of a force's monitoring, in and out of Engage, by the service's own verbs. ----

class Filling {
 public:
  Filling(const Caller& monitoring, const Caller& concerns, const Size& size, absl::CivilDay last_day)
      : monitoring_(monitoring), concerns_(concerns), size_(size), last_day_(last_day) {}

  // The announcements, cleared and waiting for their minute.
  std::vector<std::string> Fill(const std::string& force) const {
    std::vector<std::string> announcements;
    for (int move = 0; move < size_.moves; ++move) {
      const bool in = move % 2 == 0;
      const absl::CivilDay day =
          last_day_ - static_cast<absl::civil_diff_t>(size_.moves - 1 - move) * 3650 / size_.moves;
      const std::string date = DateText(day);
      const std::string decision = Decide(force, in, move + 1 == size_.moves, date);
      announcements.push_back(Announce(force, decision));
      if (in) Follow(force, date);
    }
    for (int i = 0; i < size_.meetings; ++i) Meet(force, last_day_ - 28 * (size_.meetings - i));
    return announcements;
  }

 private:
  template <class Response, class Request>
  Response Do(const std::string& as, const std::string& method, const std::string& text) const {
    return monitoring_.Call<Response>(as, kMonitoring + method, From<Request>(text));
  }

  std::string Decide(const std::string& force, bool in, bool last, const std::string& date) const {
    std::string reasons, outcomes;
    for (int i = 1; i <= 3; ++i) {
      absl::StrAppend(&reasons, absl::Substitute(R"(reasons {text: "dealing with matter $0 as it should" )"
                                                 R"(exit_criterion: "Two revisits find it dealt with" )"
                                                 R"(outside_evidence {text: "A review" reference: "file $0"}})",
                                                 i));
      if (!in) {
        absl::StrAppend(&outcomes,
                        absl::Substitute(R"(reason_outcomes {reason: "r$0" end: REASON_END_MET text: "Seen."})", i));
      }
    }
    // The last move rests on concerns that are still open.
    if (in && last) {
      auto list = From<concerns::v1::ListConcernsRequest>(absl::Substitute(R"(parent: "$0" page_size: 1000)", force));
      const auto concerns = concerns_.Call<concerns::v1::ListConcernsResponse>(
          kReader, "/oversight.concerns.v1.ConcernsService/ListConcerns", list);
      int named = 0;
      for (const auto& concern : concerns.concerns()) {
        if (concern.state() != concerns::v1::CONCERN_STATE_ISSUED || ++named > 3) continue;
        absl::StrAppend(&reasons, absl::Substitute(R"(reasons {text: "dealing with its concern $0" concern: "$1" )"
                                                   R"(exit_criterion: "It is closed"})",
                                                   named, concern.name()));
      }
    }
    const auto proposal = Do<mv1::CreateProposalResponse, mv1::CreateProposalRequest>(
                              "liaison-lead", "MonitoringService/CreateProposal",
                              absl::Substitute(R"(parent: "$0" proposal {to_stage: "$1" ground: $2 $3 $4})", force,
                                               in ? "engage" : "scan",
                                               in ? "GROUND_NOT_RESPONDING" : "GROUND_IMPROVEMENT", reasons, outcomes))
                              .proposal()
                              .name();
    Do<mv1::CreateAdviceResponse, mv1::CreateAdviceRequest>(
        "liaison-lead", "AdviceService/CreateAdvice",
        absl::Substitute(R"(parent: "$0" advice {body: ADVISORY_BODY_HMI_MONITORING_GROUP advice_date $1 )"
                         R"(view: ADVICE_VIEW_SUPPORTS text: "It should be made."})",
                         proposal, date));
    for (const char* recipient : {"CHIEF_OFFICER", "LOCAL_OVERSIGHT_BODY"}) {
      Do<mv1::CreateDisclosureResponse, mv1::CreateDisclosureRequest>(
          "liaison-lead", "DisclosuresService/CreateDisclosure",
          absl::Substitute(R"(parent: "$0" disclosure {about: "$1" recipient: DISCLOSURE_RECIPIENT_$2 )"
                           R"(recipient_name: "Who holds the office" channel: DISCLOSURE_CHANNEL_CALL )"
                           R"(disclosed_date $3 confidence: DISCLOSURE_CONFIDENCE_IN_CONFIDENCE )"
                           R"(teller: "HM Inspector" text: "That the force is to be moved."})",
                           force, proposal, recipient, date));
    }
    return Do<mv1::DecideProposalResponse, mv1::DecideProposalRequest>(
               "chief-inspector", "MonitoringService/DecideProposal",
               absl::Substitute(R"(name: "$0" outcome: DECISION_OUTCOME_APPROVED rationale: "It is time." )"
                                R"(decided_date $1 effective_date $1)",
                                proposal, date))
        .decision()
        .name();
  }

  std::string Announce(const std::string& force, const std::string& decision) const {
    const std::string name = Do<mv1::CreateAnnouncementResponse, mv1::CreateAnnouncementRequest>(
                                 "liaison-lead", "AnnouncementsService/CreateAnnouncement",
                                 absl::Substitute(R"(parent: "$0" announcement {decision: "$1"})", force, decision))
                                 .announcement()
                                 .name();
    const std::string named = absl::Substitute(R"(name: "$0")", name);
    Do<mv1::SubmitAnnouncementResponse, mv1::SubmitAnnouncementRequest>(
        "liaison-lead", "AnnouncementsService/SubmitAnnouncement", named);
    Do<mv1::ReviewAnnouncementResponse, mv1::ReviewAnnouncementRequest>(
        "chief-inspector", "AnnouncementsService/ReviewAnnouncement", named);
    Do<mv1::ClearAnnouncementResponse, mv1::ClearAnnouncementRequest>("press-officer",
                                                                      "AnnouncementsService/ClearAnnouncement", named);
    return name;
  }

  // What follows a move into Engage: a plan that is returned once, its reviews, support.
  void Follow(const std::string& force, const std::string& date) const {
    Do<mv1::CreateSupportResponse, mv1::CreateSupportRequest>(
        "liaison-lead", "SupportService/CreateSupport",
        absl::Substitute(R"(parent: "$0" support {provider: SUPPORT_PROVIDER_INSPECTORATE text: "Support" )"
                         R"(from_date $1})",
                         force, date));
    std::string content = R"(content {title: "Improvement plan" summary: "What is done about it." )";
    for (int i = 1; i <= 5; ++i) {
      absl::StrAppend(&content,
                      absl::Substitute(R"(objectives {id: "o$0" title: "Objective $0" other_basis: "Agreed"} )"
                                       R"(actions {id: "a$0" objective: "o$0" text: "Do it." owner: "The force" )"
                                       R"(due_date $1} )"
                                       R"(milestones {id: "m$0" objective: "o$0" title: "Done" due_date $1} )",
                                       i, date));
    }
    content += "}";
    const std::string plan =
        Do<mv1::CreatePlanResponse, mv1::CreatePlanRequest>(kAnyForce, "PlansService/CreatePlan",
                                                            absl::Substitute(R"(parent: "$0" $1)", force, content))
            .plan()
            .name();
    const std::string named = absl::Substitute(R"(name: "$0" )", plan);
    Do<mv1::ReturnPlanResponse, mv1::ReturnPlanRequest>("liaison-lead", "PlansService/ReturnPlan",
                                                        named + R"(reasons: "It must say more.")");
    Do<mv1::SubmitPlanVersionResponse, mv1::SubmitPlanVersionRequest>(
        kAnyForce, "PlansService/SubmitPlanVersion", named + content + R"(change_reason: "It says more.")");
    Do<mv1::AcceptPlanResponse, mv1::AcceptPlanRequest>("liaison-lead", "PlansService/AcceptPlan", named);
    std::string ratings;
    for (int i = 1; i <= 5; ++i) {
      absl::StrAppend(&ratings, absl::Substitute(R"(objectives {objective: "o$0" rating: PROGRESS_RATING_GREEN} )", i));
    }
    for (int i = 0; i < 3; ++i) {
      Do<mv1::CreateProgressReviewResponse, mv1::CreateProgressReviewRequest>(
          "liaison-lead", "PlansService/CreateProgressReview",
          absl::Substitute(R"(parent: "$0" progress_review {review_date $1 overall: PROGRESS_RATING_GREEN )"
                           R"(text: "On course." $2})",
                           plan, date, ratings));
    }
  }

  void Meet(const std::string& force, absl::CivilDay day) const {
    const auto met = Do<mv1::CreateMeetingResponse, mv1::CreateMeetingRequest>(
        "liaison-lead", "MeetingsService/CreateMeeting",
        absl::Substitute(R"(parent: "$0" meeting {meeting_date $1 notes: "What was said." )"
                         R"(attendees {display_name: "Force liaison lead" side: ATTENDEE_SIDE_INSPECTORATE} )"
                         R"(attendees {display_name: "Chief Constable" side: ATTENDEE_SIDE_FORCE}} )"
                         R"(actions {text: "Show progress." owner: "The force" due_date $2})",
                         force, DateText(day), DateText(day + 28)));
    Do<mv1::CloseActionResponse, mv1::CloseActionRequest>(
        "liaison-lead", "MeetingsService/CloseAction",
        absl::Substitute(R"(name: "$0" state: ACTION_STATE_DONE note: "Shown." closed_date $1)", met.actions(0).name(),
                         DateText(day)));
  }

  const Caller& monitoring_;
  const Caller& concerns_;
  const Size& size_;
  const absl::CivilDay last_day_;
};

// By several writers, each item by one of them.
template <class Item, class Work>
void Share(const std::vector<Item>& items, Work work) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      for (size_t at; (at = next.fetch_add(1)) < items.size();) work(at);
    });
  }
  for (auto& writer : writers) writer.join();
}

// ---- Announcements of one minute. ----

// Follows what goes out from here on, and when each was told of.
class Following {
 public:
  explicit Following(const std::string& address) {
    rpc::ChannelOptions options;
    options.target = address;
    options.principal = absl::StrCat("principals/", kReader);
    stub_ = mv1::MonitoringService::NewStub(rpc::MakeChannel(options));
    reader_ = stub_->WatchMonitoring(&context_, {});
    mv1::WatchMonitoringResponse first;
    if (!reader_->Read(&first)) Die("the watch does not begin");
  }
  // When each of so many was told of, in ms after the minute.
  std::vector<double> Await(size_t count, absl::Time minute) {
    std::vector<double> told;
    mv1::WatchMonitoringResponse response;
    while (told.size() < count && reader_->Read(&response)) {
      const double ms = absl::ToDoubleMilliseconds(absl::Now() - minute);
      for (const auto& event : response.events().events()) {
        if (!event.has_announcement()) continue;
        if (event.announcement().has_held_back()) Die(event.announcement().held_back().ShortDebugString());
        if (event.announcement().state() == mv1::ANNOUNCEMENT_STATE_PUBLISHED) told.push_back(ms);
      }
    }
    context_.TryCancel();
    if (told.size() < count) Die("the watch ended before all were out");
    return told;
  }

 private:
  std::unique_ptr<mv1::MonitoringService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<mv1::WatchMonitoringResponse>> reader_;
};

void Release(const Caller& monitoring, const std::string& address, const std::vector<std::string>& announcements,
             const Size& size, Report& report) {
  const absl::Time minute = absl::FromUnixSeconds((absl::ToUnixSeconds(absl::Now() + size.to_schedule) / 60 + 1) * 60);
  Share(announcements, [&](size_t i) {
    mv1::ScheduleAnnouncementRequest request;
    request.set_name(announcements[i]);
    request.mutable_publish_time()->set_seconds(absl::ToUnixSeconds(minute));
    monitoring.Call<mv1::ScheduleAnnouncementResponse>(
        "press-officer", absl::StrCat(kMonitoring, "AnnouncementsService/ScheduleAnnouncement"), request);
  });
  if (absl::Now() > minute) Die("scheduling took longer than there was until the minute");
  Following following(address);
  Say(absl::StrCat("Waiting for the minute of ", announcements.size(), " announcements ..."));
  const auto told = following.Await(announcements.size(), minute);
  report.Title(absl::StrCat("Announcements set to one minute, told of by a watch: ", announcements.size()));
  report.AddNumber("release_half_ms", "ms after the minute until half are out", {told[told.size() / 2]}, 0);
  report.AddNumber("release_all_ms", "ms after the minute until all are out", {told.back()}, 0,
                   {kReleaseMs, Aim::Kind::kAtMost});
}

// ---- Reads. ----

// Calls that are made one after the other and measured together.
struct Reading {
  std::string key, what;
  std::vector<std::vector<std::pair<std::string, grpc::ByteBuffer>>> choices;  // One of them each time.
  std::vector<double> p50_ms = {}, p99_ms = {}, echo_p50_ms = {}, echo_p99_ms = {};
  std::unique_ptr<Server> echo = nullptr;
  std::unique_ptr<Caller> echo_caller = nullptr;
};

template <class Request>
std::pair<std::string, grpc::ByteBuffer> Asking(const std::string& method, const std::string& text) {
  return {kMonitoring + method, Bytes(From<Request>(text).SerializeAsString())};
}

// Everything that monitoring-service keeps of a force.
std::vector<std::pair<std::string, grpc::ByteBuffer>> WholeRecord(const std::string& force) {
  const std::string name = absl::Substitute(R"(name: "$0/monitoring")", force);
  const std::string parent = absl::Substitute(R"(parent: "$0" page_size: 1000)", force);
  return {Asking<mv1::GetMonitoringRequest>("MonitoringService/GetMonitoring", name),
          Asking<mv1::ListProposalsRequest>("MonitoringService/ListProposals", parent),
          Asking<mv1::ListDecisionsRequest>("MonitoringService/ListDecisions", parent),
          Asking<mv1::ListEpisodesRequest>("MonitoringService/ListEpisodes", parent),
          Asking<mv1::ListAdviceRequest>("AdviceService/ListAdvice",
                                         absl::Substitute(R"(parent: "$0/proposals/-" page_size: 1000)", force)),
          Asking<mv1::ListDisclosuresRequest>("DisclosuresService/ListDisclosures", parent),
          Asking<mv1::ListAnnouncementsRequest>("AnnouncementsService/ListAnnouncements", parent),
          Asking<mv1::ListPlansRequest>("PlansService/ListPlans", parent),
          Asking<mv1::ListProgressReviewsRequest>("PlansService/ListProgressReviews",
                                                  absl::Substitute(R"(parent: "$0/plans/-" page_size: 1000)", force)),
          Asking<mv1::ListMeetingsRequest>("MeetingsService/ListMeetings", parent),
          Asking<mv1::ListActionsRequest>("MeetingsService/ListActions", parent),
          Asking<mv1::ListSupportRequest>("SupportService/ListSupport", parent)};
}

// The sample principals, and one who plans for every force.
std::string Principals(const TempDir& folder) {
  google::protobuf::Struct principals;
  if (!google::protobuf::util::JsonStringToMessage(ReadAll("data/principals.json"), &principals).ok()) {
    Die("data/principals.json cannot be read");
  }
  google::protobuf::Struct& added =
      *(*principals.mutable_fields())["principals"].mutable_list_value()->add_values()->mutable_struct_value();
  (*added.mutable_fields())["name"].set_string_value(absl::StrCat("principals/", kAnyForce));
  (*added.mutable_fields())["displayName"].set_string_value("Improvement teams");
  (*added.mutable_fields())["roles"].mutable_list_value()->add_values()->set_string_value("ROLE_FORCE");
  (*added.mutable_fields())["allForces"].set_bool_value(true);
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(principals, &json).ok()) Die("principals cannot be written");
  const std::string path = folder / "principals.json";
  std::ofstream(path) << json;
  return path;
}

void Measure(const Plan& plan, const TempDir& folder, const Caller& monitoring, std::vector<Reading>& readings) {
  std::mt19937_64 random(1);
  for (auto& reading : readings) {
    // The answers for the echo are those of the service, as often as they come.
    const std::string answers = folder / (reading.key + "-answers"), ready = folder / (reading.key + "-echo.json");
    {
      std::ofstream file(answers, std::ios::binary);
      google::protobuf::io::OstreamOutputStream stream(&file);
      google::protobuf::io::CodedOutputStream coded(&stream);
      for (size_t i = 0; i < std::min<size_t>(reading.choices.size(), 20); ++i) {
        for (const auto& [method, request] : reading.choices[i]) {
          const std::string answer = Flat(monitoring.Call(kReader, method, request));
          coded.WriteVarint32(static_cast<uint32_t>(answer.size()));
          coded.WriteString(answer);
        }
      }
    }
    reading.echo =
        std::make_unique<Server>(folder, reading.key + "-echo",
                                 std::vector<std::string>{BesideUs("echo-server"), "bytes", answers, ready}, ready);
    reading.echo_caller = std::make_unique<Caller>(reading.echo->address());
  }
  const auto run = [&](const Reading& reading, bool echo, absl::Duration duration) {
    std::vector<float> micros;
    const Caller& asked = echo ? *reading.echo_caller : monitoring;
    for (const absl::Time end = absl::Now() + duration; absl::Now() < end;) {
      const auto from = std::chrono::steady_clock::now();
      for (const auto& [method, request] : reading.choices[random() % reading.choices.size()]) {
        asked.Call(kReader, echo ? kGetForce : method, request);
      }
      micros.push_back(std::chrono::duration<float, std::micro>(std::chrono::steady_clock::now() - from).count());
    }
    return std::pair(Percentile(micros, 0.5) / 1000, Percentile(micros, 0.99) / 1000);
  };
  for (const auto& reading : readings) {
    for (const bool echo : {false, true}) run(reading, echo, plan.each / 4);  // Warm-up.
  }
  for (int64_t round = 0; round < plan.rounds; ++round) {
    Say(absl::StrCat("Reads of monitoring, round ", round + 1, " of ", plan.rounds, " ..."));
    for (auto& reading : readings) {
      const auto measure = [&](bool echo) {
        const auto [p50, p99] = run(reading, echo, plan.each);
        (echo ? reading.echo_p50_ms : reading.p50_ms).push_back(p50);
        (echo ? reading.echo_p99_ms : reading.p99_ms).push_back(p99);
      };
      measure(round % 2 == 1);
      measure(round % 2 == 0);
    }
  }
}

}  // namespace

void BenchMonitoring(const Plan& plan, Report& report) {
  const Size size =
      plan.quick ? Size{150, 2, 3, 3, 6, absl::Seconds(3)} : Size{100000, 60, 17, 60, 1000, absl::Seconds(20)};
  Say(absl::StrCat("Ten years with ", size.recommendations, " recommendations, and their monitoring ..."));
  const TempDir folder;
  TenYears years;
  years.forces_store = absl::StrCat("sqlite:", folder / "forces.db");
  years.concerns_store = absl::StrCat("sqlite:", folder / "concerns.db");
  years.scale = static_cast<double>(size.recommendations) / 100000;
  years.last_day = LondonDay(absl::Now()) - 1;
  if (auto loaded = LoadTenYears(years); !loaded.ok()) {
    Die("loading ten years: " + std::string(loaded.status().message()));
  }
  const auto forces_server =
      StartService(folder, {.binary = "forces-service", .name = "forces", .store = years.forces_store});
  const std::string forces_flag = "--forces=" + forces_server->address();
  const auto concerns_server = StartService(
      folder, {.binary = "concerns-service", .name = "concerns", .store = years.concerns_store, .more = {forces_flag}});
  const auto server = StartService(
      folder, {.binary = "monitoring-service",
               .name = "monitoring",
               .more = {forces_flag, "--concerns=" + concerns_server->address(), "--principals=" + Principals(folder),
                        "--policies="}});  // The moves are made up: no reasons are asked.
  AwaitCopies(*server);
  const Caller forces_caller(forces_server->address()), concerns(concerns_server->address()),
      monitoring(server->address());
  forces::v1::ListForcesRequest list;
  list.set_page_size(1000);
  std::vector<std::string> forces;
  const auto listed = forces_caller.Call<forces::v1::ListForcesResponse>(kReader, kListForces, list);
  for (const auto& force : listed.forces()) {
    if (static_cast<int>(forces.size()) < size.forces) forces.push_back(force.name());
  }
  const Filling filling(monitoring, concerns, size, years.last_day);
  std::vector<std::vector<std::string>> of_forces(forces.size());
  Share(forces, [&](size_t i) { of_forces[i] = filling.Fill(forces[i]); });
  std::vector<std::string> announcements;
  for (const auto& some : of_forces) announcements.insert(announcements.end(), some.begin(), some.end());
  if (static_cast<int64_t>(announcements.size()) < size.announcements) Die("there are too few announcements");
  announcements.resize(static_cast<size_t>(size.announcements));
  Release(monitoring, server->address(), announcements, size, report);

  std::vector<Reading> readings(2);
  readings[0].key = "sequence";
  readings[0].what = "the sequence of a decision";
  readings[1].key = "record";
  readings[1].what = "a force's whole record, in 12 calls";
  for (const auto& force : forces) {
    for (int move = 1; move <= size.moves; ++move) {
      readings[0].choices.push_back({Asking<mv1::GetDecisionSequenceRequest>(
          "SequenceService/GetDecisionSequence", absl::Substitute(R"(name: "$0/decisions/$1")", force, move))});
    }
    readings[1].choices.push_back(WholeRecord(force));
  }
  Measure(plan, folder, monitoring, readings);
  std::vector<Row> rows, ratios;
  for (const auto& reading : readings) {
    rows.push_back(
        {reading.key, reading.what, {reading.p50_ms, reading.p99_ms}, {kSingleDigitMs, Aim::Kind::kAtMost}, 0});
    rows.push_back(
        {reading.key + "_echo", "   a bare echo of the same bytes", {reading.echo_p50_ms, reading.echo_p99_ms}, {}, 0});
    ratios.push_back({reading.key,
                      reading.what,
                      {Ratios(reading.p50_ms, reading.echo_p50_ms), Ratios(reading.p99_ms, reading.echo_p99_ms)},
                      {},
                      0});
  }
  report.Table("monitoring_ms", "Reads of monitoring-service over ten years (SQLite), one at a time, in ms",
               {"p50", "p99"}, rows, 2);
  report.Table("monitoring_ratios", "the same: monitoring-service / bare echo", {"p50", "p99"}, ratios, 2);
}

}  // namespace oversight::bench
