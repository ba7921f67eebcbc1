// Nothing is told before its minute, on any surface. One suite of real servers with real tokens is looked at by
// everyone who may come, at the moments of a story (embargo/story.h) between which only things happen that they are not
// told of; everything they can ask (embargo/surfaces.h) has to be the same, byte by byte. That is more than comparing
// with a second suite in which it never happened: times, etags and revisions of what was public before have to stay
// too. Then the announcement goes out, and the same surfaces tell of it. Who is told what, and when, is in
// embargo/told.txt, to be read by people. It is written by
//
//   OVERSIGHT_WRITE_TOLD=1 build/release/bin/e2e_embargo_test        (at the top of the tree)
//
// after which the difference is to be read. What nobody outside may be told is not a matter of that table.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/contract.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "oversight/concerns/v1/concerns_service.grpc.pb.h"
#include "oversight/gateway/v1/gateway_service.grpc.pb.h"
#include "oversight/monitoring/v1/advice_service.grpc.pb.h"
#include "oversight/monitoring/v1/announcements_service.grpc.pb.h"
#include "oversight/monitoring/v1/disclosures_service.grpc.pb.h"
#include "oversight/monitoring/v1/monitoring_service.grpc.pb.h"
#include "tests/auth/matrix/sample_request.h"
#include "tests/e2e/embargo/story.h"
#include "tests/e2e/embargo/surfaces.h"
#include "tests/support/awaited.h"
#include "tests/support/http_client.h"
#include "tests/support/suite.h"
#include "tests/support/test_issuer.h"

namespace oversight::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kTable[] = "tests/e2e/embargo/told.txt";
constexpr char kForce[] = "west-midlands";

// Who is told of a move at what point, by ADR 13: the force and its oversight body of the stage once the decision is in
// effect, everyone else outside the inspectorate once the announcement is out, and nobody outside of what came before.
enum class Told { kInEffect, kPublished };

struct Watcher {
  Caller caller;
  Told told;
};

std::vector<std::string> DifferentLines(const std::string& before, const std::string& now) {
  const std::vector<std::string> a = absl::StrSplit(before, '\n'), b = absl::StrSplit(now, '\n');
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  const auto line = [i](const std::vector<std::string>& lines) {
    return i < lines.size() ? lines[i].substr(0, 300) : std::string("(ends)");
  };
  return {line(a), line(b)};
}

// The first differences, for whoever has to find the leak.
std::string Differences(const Seen& before, const Seen& now) {
  std::string text;
  int more = 0;
  for (const auto& [entry, answer] : now) {
    const auto it = before.find(entry);
    if (it != before.end() && it->second == answer) continue;
    if (text.size() > 6000) {
      ++more;
      continue;
    }
    const auto lines = DifferentLines(it == before.end() ? "" : it->second, answer);
    absl::StrAppend(&text, entry, "\n  before: ", lines[0], "\n  now:    ", lines[1], "\n");
  }
  return more == 0 ? text : absl::StrCat(text, "and ", more, " more\n");
}

std::set<std::string> ChangedSubjects(const Seen& before, const Seen& now) {
  std::set<std::string> subjects;
  for (const auto& [entry, answer] : now) {
    const auto it = before.find(entry);
    if (it == before.end() || it->second != answer) subjects.insert(SubjectOf(entry));
  }
  return subjects;
}

std::string Slurp(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Everything that is written in words in a message: texts with a space in them.
void AddWords(const google::protobuf::Message& message, std::set<std::string>& words) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const auto& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->message_type() != nullptr) {
        AddWords(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                      : reflection.GetMessage(message, field),
                 words);
      } else if (field->type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
        const std::string text = field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                                      : reflection.GetString(message, field);
        if (text.size() > 15 && absl::StrContains(text, ' ')) words.insert(text.substr(0, text.find('\n')));
      }
    }
  }
}

// Follows a watch from now on: a line for each event, "MODIFIED forces/kent/monitoring".
template <class Service, class Request, class Response>
class Listener {
 public:
  using Watch = std::unique_ptr<grpc::ClientReader<Response>> (Service::Stub::*)(grpc::ClientContext*, const Request&);

  Listener(const std::shared_ptr<grpc::Channel>& channel, Watch watch, const std::string& authorization)
      : stub_(Service::NewStub(channel)) {
    if (!authorization.empty()) context_.AddMetadata("authorization", authorization);
    Request request;
    request.mutable_start()->mutable_bookmark_interval()->set_nanos(100'000'000);
    reader_ = (stub_.get()->*watch)(&context_, request);
    Response first;
    EXPECT_TRUE(reader_->Read(&first) && first.has_created());
    seen_ = first.created().revision();
    thread_ = std::thread([this] {
      Response response;
      while (reader_->Read(&response)) Take(response);
    });
  }
  ~Listener() {
    context_.TryCancel();
    thread_.join();
    (void)reader_->Finish();
  }

  // What came up to and with this revision of the log.
  std::vector<std::string> Until(int64_t revision) {
    EXPECT_TRUE(Eventually([&] {
      std::lock_guard lock(mu_);
      return seen_ >= revision;
    }));
    std::lock_guard lock(mu_);
    return lines_;
  }

 private:
  void Take(const Response& response) {
    std::lock_guard lock(mu_);
    for (const auto& event : response.events().events()) {
      lines_.push_back(absl::StrCat(
          absl::StrReplaceAll(common::v1::EventType_Name(event.type()), {{"EVENT_TYPE_", ""}}), " ", event.name()));
    }
    seen_ = std::max({seen_, response.events().revision(), response.bookmark().revision()});
  }

  grpc::ClientContext context_;
  const std::unique_ptr<typename Service::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
  std::mutex mu_;
  int64_t seen_ = 0;
  std::vector<std::string> lines_;
  std::thread thread_;
};
using MonitoringListener = Listener<monitoring::v1::MonitoringService, monitoring::v1::WatchMonitoringRequest,
                                    monitoring::v1::WatchMonitoringResponse>;
using ConcernsListener =
    Listener<concerns::v1::ConcernsService, concerns::v1::WatchConcernsRequest, concerns::v1::WatchConcernsResponse>;

// Follows the dashboard of the force: what each message shows, without where the logs stand.
class DashboardListener {
 public:
  DashboardListener(const std::shared_ptr<grpc::Channel>& channel, const std::string& authorization)
      : stub_(gateway::v1::GatewayService::NewStub(channel)) {
    context_.AddMetadata("authorization", authorization);
    gateway::v1::WatchDashboardRequest request;
    request.set_force(absl::StrCat("forces/", kForce));
    request.mutable_heartbeat_interval()->set_seconds(1);
    reader_ = stub_->WatchDashboard(&context_, request);
    thread_ = std::thread([this] {
      gateway::v1::WatchDashboardResponse response;
      while (reader_->Read(&response)) Take(response);
    });
  }
  ~DashboardListener() {
    context_.TryCancel();
    thread_.join();
    (void)reader_->Finish();
  }

  // What there was to see, each once, up to a message of this revision of monitoring-service.
  std::set<std::string> Until(int64_t revision) {
    EXPECT_TRUE(Eventually([&] {
      std::lock_guard lock(mu_);
      return seen_ >= revision;
    }));
    std::lock_guard lock(mu_);
    return shown_;
  }

 private:
  void Take(gateway::v1::WatchDashboardResponse response) {
    int64_t revision = 0;
    for (const auto& section : response.force().sections()) {
      if (section.service() == "monitoring-service" && section.part().empty()) revision = section.revision();
    }
    const std::string text = Steady(response);
    std::lock_guard lock(mu_);
    shown_.insert(text);
    seen_ = std::max(seen_, revision);
  }

  grpc::ClientContext context_;
  const std::unique_ptr<gateway::v1::GatewayService::Stub> stub_;
  std::unique_ptr<grpc::ClientReader<gateway::v1::WatchDashboardResponse>> reader_;
  std::mutex mu_;
  int64_t seen_ = 0;
  std::set<std::string> shown_;
  std::thread thread_;
};

class EmbargoTest : public ::testing::Test {
 protected:
  EmbargoTest() : suite_({.issuer = &issuer_}), story_(suite_) {
    const auto add = [this](const std::string& name, Told told, common::v1::Role role, const std::string& force) {
      common::v1::Principal principal;
      principal.set_name("principals/" + name + "-user");  // "principals/public" is nobody's to have.
      principal.add_roles(role);
      if (!force.empty()) principal.add_forces("forces/" + force);
      watchers_.push_back({{name, "Bearer " + issuer_.Token(auth::Principal(principal)), force == kForce}, told});
    };
    watchers_.push_back({{"nobody", "", false}, Told::kPublished});
    add("public", Told::kPublished, common::v1::ROLE_PUBLIC, "");
    add("operator", Told::kPublished, common::v1::ROLE_OPERATOR, "");
    add("other-force", Told::kPublished, common::v1::ROLE_FORCE, "kent");
    add("other-body", Told::kPublished, common::v1::ROLE_OVERSIGHT_BODY, "kent");
    add("force", Told::kInEffect, common::v1::ROLE_FORCE, kForce);
    add("body", Told::kInEffect, common::v1::ROLE_OVERSIGHT_BODY, kForce);
  }

  // What all of them see, by name; of those only who are told then.
  std::map<std::string, Seen> Look(const Surfaces& surfaces, std::optional<Told> told = std::nullopt) {
    // The gateway has heard of everything.
    gateway::v1::GetNationalDashboardRequest request;
    request.mutable_freshness()->set_fully_consistent(true);
    gateway::v1::GetNationalDashboardResponse response;
    grpc::ClientContext context;
    const grpc::Status status = gateway::v1::GatewayService::NewStub(suite_.ChannelAs("gateway", "chief-inspector"))
                                    ->GetNationalDashboard(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::map<std::string, std::future<Seen>> under_way;
    for (const Watcher& watcher : watchers_) {
      if (told.has_value() && watcher.told != *told) continue;
      under_way[watcher.caller.name] =
          std::async(std::launch::async, [&surfaces, &watcher] { return surfaces.SeenBy(watcher.caller); });
    }
    std::map<std::string, Seen> all;
    for (auto& [name, seen] : under_way) {
      all[name] = seen.get();
      const std::string& anyones = all[name].at("GetRegister RegisterService 1");
      EXPECT_THAT(anyones, Not(HasSubstr("refused"))) << name << " is not who they should be.";
    }
    return all;
  }

  // The first that `/v1/events` tells of the force: to one who has the state `known`, or none.
  std::string FirstEvent(const std::string& authorization, const std::string& known) {
    HttpConnection connection(suite_.address("gateway", "http"));
    HttpHeaders headers = {{"authorization", authorization}};
    if (!known.empty()) headers.emplace("last-event-id", known);
    connection.Send(
        HttpRequest("GET", absl::StrCat("/v1/events?force=forces/", kForce, "&heartbeatInterval=1s"), headers, ""));
    return connection.ReadRaw([](const std::string& bytes) {
      return absl::StrContains(bytes, "still here") || absl::StrContains(bytes, "data: ");
    });
  }

  // What operators see beside the record: metrics, settings and logs of all processes.
  std::map<std::string, std::string> SeenByOperators() {
    std::map<std::string, std::string> seen;
    for (const char* name : {"forces-service", "concerns-service", "monitoring-service", "gateway"}) {
      for (const char* path : {"/livez", "/readyz", "/metrics", "/debug/config"}) {
        const HttpAnswer answer = HttpCall(suite_.address(name, "admin"), "GET", path, {}, "");
        EXPECT_EQ(answer.status, 200) << name << path;
        seen[absl::StrCat(name, path)] = answer.body;
      }
      // There is nothing else to ask for.
      EXPECT_THAT(HttpCall(suite_.address(name, "admin"), "GET", "/", {}, "").body,
                  HasSubstr("There are /livez, /readyz, /metrics and /debug/config."));
      seen[absl::StrCat(name, " log")] = Slurp(suite_.log(name));
    }
    return seen;
  }

  // Has the press office try to clear an announcement that leaves a reason out. The refusal says which, in its words.
  void RefuseToClear(const std::string& name) {
    using namespace monitoring::v1;  // NOLINT
    const auto stub = AnnouncementsService::NewStub(suite_.ChannelAs("monitoring-service", "liaison-lead"));
    GetAnnouncementRequest get;
    get.set_name(name);
    GetAnnouncementResponse got;
    UpdateAnnouncementRequest update;
    grpc::ClientContext reads, writes;
    ASSERT_TRUE(stub->GetAnnouncement(&reads, get, &got).ok());
    update.mutable_announcement()->set_name(name);
    for (const auto& statement : got.announcement().statements()) {
      if (!absl::StrContains(statement.text(), kSecret)) *update.mutable_announcement()->add_statements() = statement;
    }
    UpdateAnnouncementResponse updated;
    const grpc::Status status = stub->UpdateAnnouncement(&writes, update, &updated);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const auto& [who, verb] : std::vector<std::pair<std::string, std::string>>{
             {"liaison-lead", "submit-announcement"}, {"hm-inspector", "review-announcement"}}) {
      const Ran ran = suite_.Cli(who, {verb, name});
      ASSERT_EQ(ran.code, 0) << ran.err;
    }
    const Ran refused = suite_.Cli("press-officer", {"clear-announcement", name});
    EXPECT_THAT(refused.err, HasSubstr("an embargoed reason"));
  }

  // Everything the inspectorate has written about the move, in words.
  std::set<std::string> Words() {
    std::set<std::string> words;
    const auto read = [&](const auto& stub, auto method, auto request, auto response) {
      grpc::ClientContext context;
      const grpc::Status status = (stub.get()->*method)(&context, request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      AddWords(response, words);
    };
    using namespace monitoring::v1;  // NOLINT
    const auto channel = suite_.ChannelAs("monitoring-service", "chief-inspector");
    const std::string force = absl::StrCat("forces/", kForce);
    ListProposalsRequest proposals;
    proposals.set_parent(force);
    read(MonitoringService::NewStub(channel), &MonitoringService::Stub::ListProposals, proposals,
         ListProposalsResponse());
    ListDecisionsRequest decisions;
    decisions.set_parent(force);
    read(MonitoringService::NewStub(channel), &MonitoringService::Stub::ListDecisions, decisions,
         ListDecisionsResponse());
    ListAdviceRequest advice;
    advice.set_parent(force + "/proposals/1");
    read(AdviceService::NewStub(channel), &AdviceService::Stub::ListAdvice, advice, ListAdviceResponse());
    ListDisclosuresRequest disclosures;
    disclosures.set_parent(force);
    read(DisclosuresService::NewStub(channel), &DisclosuresService::Stub::ListDisclosures, disclosures,
         ListDisclosuresResponse());
    ListAnnouncementsRequest announcements;
    announcements.set_parent(force);
    read(AnnouncementsService::NewStub(channel), &AnnouncementsService::Stub::ListAnnouncements, announcements,
         ListAnnouncementsResponse());
    return words;
  }

  // Pages that links lead to, from the front page on, by shape: "/forces/*/decisions/*".
  std::set<std::string> PagesByLinks() {
    static const std::regex link(R"-(href="(/[^"#?]*))-"), force(R"(^/forces/[^/]+)"), number(R"(/[0-9]+)");
    const std::string chief = issuer_.Bearer("chief-inspector");
    std::set<std::string> shapes;
    std::vector<std::string> left = {"/"};
    while (!left.empty()) {
      const std::string path = left.back();
      left.pop_back();
      if (absl::StartsWith(path, "/v1/") || absl::StartsWith(path, "/assets/")) continue;  // Asked, and of no record.
      const std::string shape = std::regex_replace(std::regex_replace(path, force, "/forces/*"), number, "/*");
      // Of all forces, the one that there is a record of.
      if (absl::StartsWith(shape, "/forces/*") && !absl::StartsWith(path, absl::StrCat("/forces/", kForce))) continue;
      if (!shapes.insert(shape).second) continue;
      const HttpAnswer answer =
          HttpCall(suite_.address("gateway", "http"), "GET", path, {{"authorization", chief}}, "");
      for (std::sregex_iterator it(answer.body.begin(), answer.body.end(), link), end; it != end; ++it) {
        left.push_back((*it)[1]);
      }
    }
    return shapes;
  }

  // Where the log of a service stands.
  int64_t Head(const std::string& service) {
    const Ran ran = suite_.Cli("chief-inspector",
                               {"--json", "get-tree-head", service == "concerns-service" ? "concerns" : "monitoring"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    std::smatch found;
    EXPECT_TRUE(std::regex_search(ran.out, found, std::regex(R"-("treeSize":\s*"?([0-9]+))-"))) << ran.out;
    return found.empty() ? 0 : std::stoll(found[1]);
  }

  void ExpectTheSame(const std::map<std::string, Seen>& before, const std::map<std::string, Seen>& now,
                     const std::string& when) {
    for (const auto& [name, seen] : now) {
      const std::string told = Differences(before.at(name), seen);
      EXPECT_TRUE(told.empty()) << name << " can tell, " << when << ":\n" << told;
    }
  }

  // Adds the letter to what tells each of them of it.
  void Note(const std::map<std::string, Seen>& before, const std::map<std::string, Seen>& now, char letter) {
    for (const auto& [name, seen] : now) {
      for (const std::string& subject : ChangedSubjects(before.at(name), seen)) {
        std::string& cell = told_[subject][name];
        if (!absl::StrContains(cell, letter)) cell += letter;
      }
    }
  }
  std::string Table() const;

  const TestIssuer issuer_;
  const Suite suite_;
  Story story_;
  std::vector<Watcher> watchers_;
  std::map<std::string, std::map<std::string, std::string>> told_;  // By subject and caller.
};

constexpr char kIntroduction[] =
    R"(# Who is told of a move, by what, and when. Held against the running suite by e2e_embargo_test; written by it when told to.
#
# Each row is an RPC, a REST path or a page that tells somebody outside the inspectorate of a move of West Midlands Police into
# Engage or back; each column one who asks: nobody (no token), the public, an operator, another force (Kent Police) and its
# oversight body, the force and its oversight body.
#   d  tells when the decision is in effect        p  tells when the announcement is out        -  tells nothing of it
# What has no row tells nobody of them.
)";

std::string EmbargoTest::Table() const {
  std::string table = kIntroduction;
  std::string header(62, ' ');
  for (const Watcher& watcher : watchers_) absl::StrAppend(&header, " ", watcher.caller.name);
  absl::StrAppend(&table, header, "\n");
  for (const auto& [subject, cells] : told_) {
    std::string row = subject;
    row.resize(std::max<size_t>(row.size(), 62), ' ');
    for (const Watcher& watcher : watchers_) {
      const auto cell = cells.find(watcher.caller.name);
      std::string text = cell == cells.end() ? "-" : cell->second;
      text.resize(watcher.caller.name.size(), ' ');
      absl::StrAppend(&row, " ", text);
    }
    absl::StrAppend(&table, row.substr(0, row.find_last_not_of(' ') + 1), "\n");
  }
  return table;
}

TEST_F(EmbargoTest, NothingIsToldBeforeItsMinuteAndEverythingAfterwards) {
  story_.PlayTo(Moment::kKnown);
  Surfaces in(suite_, kForce, absl::Now());
  const auto known = Look(in);

  // Who watches from here on.
  const auto& by = [this](const std::string& name) -> const std::string& {
    return std::find_if(watchers_.begin(), watchers_.end(),
                        [&](const Watcher& each) { return each.caller.name == name; })
        ->caller.authorization;
  };
  std::map<std::string, std::unique_ptr<MonitoringListener>> moves;
  for (const char* name : {"nobody", "operator", "other-force", "force", "body"}) {
    moves[name] =
        std::make_unique<MonitoringListener>(suite_.ChannelAs("monitoring-service", ""),
                                             &monitoring::v1::MonitoringService::Stub::WatchMonitoring, by(name));
  }
  std::map<std::string, std::unique_ptr<ConcernsListener>> findings;
  for (const char* name : {"other-force", "force", "body"}) {
    findings[name] = std::make_unique<ConcernsListener>(suite_.ChannelAs("concerns-service", ""),
                                                        &concerns::v1::ConcernsService::Stub::WatchConcerns, by(name));
  }

  std::map<std::string, std::unique_ptr<DashboardListener>> dashboards;
  std::map<std::string, std::string> states;
  for (const char* name : {"force", "body"}) {
    dashboards[name] = std::make_unique<DashboardListener>(suite_.ChannelAs("gateway", ""), by(name));
    std::smatch id;
    const std::string event = FirstEvent(by(name), "");
    ASSERT_TRUE(std::regex_search(event, id, std::regex("id: ([0-9a-f]+)"))) << event;
    states[name] = id[1];
  }

  story_.PlayTo(Moment::kAttempted);
  const auto attempted = Look(in);
  ExpectTheSame(known, attempted, "when a move is only proposed and decided");
  int64_t head = Head("monitoring-service");
  for (const auto& [name, listener] : dashboards) {
    EXPECT_EQ(listener->Until(head).size(), 1U)
        << name << " sees that something happened: " << absl::StrJoin(listener->Until(head), "\n--- and ---\n");
    EXPECT_THAT(FirstEvent(by(name), states[name]), Not(HasSubstr("data: "))) << name;
  }
  dashboards.clear();
  for (const auto& [name, listener] : moves) EXPECT_THAT(listener->Until(head), IsEmpty()) << name;
  head = Head("concerns-service");
  for (const auto& [name, listener] : findings) EXPECT_THAT(listener->Until(head), IsEmpty()) << name;

  RefuseToClear("forces/west-midlands/announcements/1");
  story_.PlayTo(Moment::kMoved);
  const auto moved = Look(in);
  for (const Watcher& watcher : watchers_) {
    const std::string& name = watcher.caller.name;
    if (watcher.told == Told::kInEffect) {
      Note({{name, attempted.at(name)}}, {{name, moved.at(name)}}, 'd');
    } else {
      ExpectTheSame({{name, known.at(name)}}, {{name, moved.at(name)}}, "before the announcement of the move is out");
    }
  }
  head = Head("monitoring-service");
  for (const char* name : {"nobody", "operator", "other-force"})
    EXPECT_THAT(moves[name]->Until(head), IsEmpty()) << name;
  EXPECT_THAT(moves["force"]->Until(head),
              ElementsAre("ADDED forces/west-midlands/monitoring", "ADDED forces/west-midlands/episodes/1"));
  EXPECT_EQ(moves["body"]->Until(head), moves["force"]->Until(head));

  const std::set<std::string> words = Words();
  EXPECT_GT(words.size(), 30U);
  for (const auto& [what, text] : SeenByOperators()) {
    for (const std::string& each : words) EXPECT_THAT(text, Not(HasSubstr(each))) << what;
    if (absl::EndsWith(what, " log")) continue;
    EXPECT_THAT(text, Not(HasSubstr(kForce))) << what;
    EXPECT_THAT(text, Not(HasSubstr("decisions/"))) << what;
  }

  story_.PlayTo(Moment::kMoveTold);
  const auto move_told = Look(in);
  Note(moved, move_told, 'p');
  head = Head("monitoring-service");
  for (const char* name : {"nobody", "operator", "other-force"}) {
    EXPECT_THAT(moves[name]->Until(head), ElementsAre(HasSubstr(" forces/west-midlands/announcements/2"))) << name;
  }
  // What was told then stays what was told then.
  for (const auto& [name, seen] : move_told) {
    for (const auto& [entry, answer] : seen) {
      if (!absl::StrContains(entry, "as of then")) continue;
      EXPECT_EQ(answer, known.at(name).at(entry)) << name << ": " << entry;
    }
  }

  // And the way back.
  story_.PlayTo(Moment::kImproved);
  Surfaces out(suite_, kForce, absl::Now());
  const auto improved = Look(out, Told::kPublished);
  story_.PlayTo(Moment::kAdded);
  const auto added = Look(out, Told::kInEffect);
  story_.PlayTo(Moment::kProposed);
  const auto proposed = Look(out, Told::kInEffect);
  ExpectTheSame(added, proposed, "when the return is only proposed");
  story_.PlayTo(Moment::kReturned);
  const auto returned = Look(out);
  for (const Watcher& watcher : watchers_) {
    const std::string& name = watcher.caller.name;
    if (watcher.told == Told::kInEffect) {
      Note({{name, proposed.at(name)}}, {{name, returned.at(name)}}, 'd');
    } else {
      ExpectTheSame({{name, improved.at(name)}}, {{name, returned.at(name)}},
                    "before the announcement of the return is out");
    }
  }
  story_.PlayTo(Moment::kReturnTold);
  const auto return_told = Look(out);
  Note(returned, return_told, 'p');
  head = Head("monitoring-service");
  for (const char* name : {"nobody", "operator", "other-force"}) {
    EXPECT_THAT(moves[name]->Until(head), ElementsAre(HasSubstr(" forces/west-midlands/announcements/2"),
                                                      HasSubstr(" forces/west-midlands/announcements/4")))
        << name;
  }

  // What the inspectorate alone knows is still known to it alone.
  for (const auto& [name, seen] : return_told) {
    const bool outside = absl::StartsWith(name, "other") || name == "nobody" || name == "public" || name == "operator";
    for (const auto& [entry, answer] : seen) {
      if (!absl::StrContains(entry, kSecret)) {
        EXPECT_THAT(answer, Not(HasSubstr(kSecret))) << name << ": " << entry;
      }
      if (outside) {
        EXPECT_THAT(answer, Not(HasSubstr(kUnpublishedCause))) << name << ": " << entry;
      }
    }
  }

  std::set<std::string> asked;
  for (std::string page : out.Pages()) {
    page = page.substr(0, page.find('?'));
    page = absl::StrReplaceAll(page, {{absl::StrCat("/forces/", kForce), "/forces/*"}});
    asked.insert(std::regex_replace(page, std::regex("/[0-9]+"), "/*"));
  }
  for (const std::string& page : PagesByLinks())
    EXPECT_EQ(asked.count(page), 1U) << page << " is a page that nobody asks here.";

  const std::string table = Table();
  if (std::getenv("OVERSIGHT_WRITE_TOLD") != nullptr) {  // NOLINT(concurrency-mt-unsafe): nothing sets it
    std::ofstream(kTable) << table;
  }
  EXPECT_EQ(Slurp(kTable), table) << "Other surfaces tell than " << kTable << " says.";
}

}  // namespace
}  // namespace oversight::testing
