#include "common/rpc/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/rpc/toy_forces.h"
#include "tests/support/awaited.h"
#include "tests/support/test_server.h"

namespace oversight::rpc {
namespace {

using google::protobuf::util::MessageDifferencer;
using oversight::testing::TestServer;
using ::testing::ElementsAre;

TEST(Stamp, MarksWhereAVersionStands) {
  ledger::Version version;
  version.revision = 17;
  version.create_time = absl::FromUnixMicros(1'000'001);
  version.update_time = absl::FromUnixMicros(-500'000);  // Before 1970 too.
  fv1::Force typed, reflected;
  Stamp(version, &typed);
  Stamp(version, static_cast<google::protobuf::Message*>(&reflected));
  EXPECT_TRUE(MessageDifferencer::Equals(typed, reflected));
  EXPECT_EQ(typed.etag(), "\"17\"");
  EXPECT_EQ(typed.revision(), 17);
  EXPECT_EQ(typed.create_time().seconds(), 1);
  EXPECT_EQ(typed.create_time().nanos(), 1000);
  EXPECT_EQ(typed.update_time().seconds(), -1);
  EXPECT_EQ(typed.update_time().nanos(), 500'000'000);
}

TEST(Stamp, IsNotStored) {
  fv1::Force bare = SomeForce();
  bare.set_name("forces/kent");
  fv1::Force stamped = bare;
  Stamp(ledger::Version(), &stamped);
  EXPECT_EQ(ToPayload(stamped), ToPayload(bare));
  fv1::Force back;
  ASSERT_TRUE(back.ParseFromString(ToPayload(stamped)));
  EXPECT_TRUE(MessageDifferencer::Equals(back, bare));
}

class ResourcesTest : public ::testing::Test {
 protected:
  ResourcesTest() { stub_ = server_->StubAs<fv1::ForcesService>("liaison-lead"); }

  absl::StatusOr<fv1::CreateForceResponse> Create(const std::string& id, const fv1::Force& force = SomeForce(),
                                                  const std::string& request_id = "") {
    fv1::CreateForceRequest request;
    request.set_force_id(id);
    *request.mutable_force() = force;
    request.set_request_id(request_id);
    return Call<fv1::CreateForceResponse>(&fv1::ForcesService::Stub::CreateForce, request);
  }
  absl::StatusOr<fv1::UpdateForceResponse> Rename(const std::string& name, const std::string& display_name,
                                                  const std::string& etag = "", const std::string& request_id = "") {
    fv1::UpdateForceRequest request;
    request.mutable_force()->set_name(name);
    request.mutable_force()->set_display_name(display_name);
    request.mutable_force()->set_etag(etag);
    request.mutable_update_mask()->add_paths("display_name");
    request.set_request_id(request_id);
    return Call<fv1::UpdateForceResponse>(&fv1::ForcesService::Stub::UpdateForce, request);
  }
  absl::StatusOr<fv1::GetForceResponse> Get(const std::string& name, const common::v1::ReadOptions& read = {}) {
    fv1::GetForceRequest request;
    request.set_name(name);
    *request.mutable_read() = read;
    return Call<fv1::GetForceResponse>(&fv1::ForcesService::Stub::GetForce, request);
  }
  absl::StatusOr<fv1::ListForcesResponse> List(const fv1::ListForcesRequest& request) {
    return Call<fv1::ListForcesResponse>(&fv1::ForcesService::Stub::ListForces, request);
  }
  absl::StatusOr<fv1::ListForceVersionsResponse> Versions(const fv1::ListForceVersionsRequest& request) {
    return Call<fv1::ListForceVersionsResponse>(&fv1::ForcesService::Stub::ListForceVersions, request);
  }
  template <class Response, class Method, class Request>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
    Response response;
    const absl::Status status = FromGrpc((stub_.get()->*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  static std::vector<std::string> Names(const fv1::ListForcesResponse& response) {
    std::vector<std::string> names;
    for (const fv1::Force& force : response.forces()) names.push_back(force.name());
    return names;
  }

  std::shared_ptr<ToyHooks> hooks_ = std::make_shared<ToyHooks>();
  std::unique_ptr<TestServer> server_ = TestServer::Start(ToyForces::Builder(hooks_));
  std::unique_ptr<fv1::ForcesService::Stub> stub_;
  absl::Duration timeout_ = absl::Seconds(30);
};

TEST_F(ResourcesTest, AnswersAChangeAsALaterReadDoes) {
  const auto created = Create("kent");
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->header().revision(), 1);
  EXPECT_FALSE(created->header().replayed());
  EXPECT_EQ(created->force().name(), "forces/kent");
  EXPECT_EQ(created->force().etag(), "\"1\"");
  EXPECT_EQ(created->force().revision(), 1);
  EXPECT_EQ(created->force().create_time().seconds(), absl::ToUnixSeconds(server_->clock().Now()));
  EXPECT_TRUE(MessageDifferencer::Equals(created->force().create_time(), created->force().update_time()));
  const auto read = Get("forces/kent");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(MessageDifferencer::Equals(read->force(), created->force())) << read->force().DebugString();
  EXPECT_TRUE(MessageDifferencer::Equals(read->header(), created->header())) << read->header().DebugString();

  server_->clock().Advance(absl::Minutes(5));
  const auto renamed = Rename("forces/kent", "Police of Kent");
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->force().etag(), "\"2\"");
  EXPECT_TRUE(MessageDifferencer::Equals(renamed->force().create_time(), created->force().create_time()));
  EXPECT_EQ(renamed->force().update_time().seconds(), created->force().update_time().seconds() + 300);
  const auto again = Get("forces/kent");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(MessageDifferencer::Equals(again->force(), renamed->force())) << again->force().DebugString();
}

TEST_F(ResourcesTest, IgnoresStampsSentByTheClient) {
  fv1::Force force = SomeForce();
  force.set_revision(77);
  force.set_etag("\"77\"");
  force.mutable_create_time()->set_seconds(5);
  const auto created = Create("kent", force);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->force().revision(), 1);
  EXPECT_EQ(created->force().etag(), "\"1\"");
  EXPECT_EQ(created->force().create_time().seconds(), absl::ToUnixSeconds(server_->clock().Now()));
}

TEST_F(ResourcesTest, ARepeatedRequestGetsTheFirstAnswer) {
  const auto first = Create("kent", SomeForce(), "once");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(Rename("forces/kent", "Changed since", "", "twice").ok());
  server_->clock().Advance(absl::Hours(1));
  auto again = Create("kent", SomeForce(), "once");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->header().replayed());
  again->mutable_header()->set_replayed(false);
  EXPECT_TRUE(MessageDifferencer::Equals(*again, *first)) << again->DebugString();
  const auto renamed = Rename("forces/kent", "Changed since", "", "twice");
  ASSERT_TRUE(renamed.ok());
  EXPECT_TRUE(renamed->header().replayed());
  EXPECT_TRUE(MessageDifferencer::Equals(renamed->force().create_time(), first->force().create_time()));
  EXPECT_EQ(server_->ledger().head().revision, 2);
  // Another body under the same id is a mistake of the caller.
  EXPECT_EQ(ReasonOf(Create("kent", SomeForce("Other"), "once").status()), "REQUEST_ID_REUSED");
  EXPECT_EQ(ReasonOf(Rename("forces/kent", "Changed since", "", "once").status()), "REQUEST_ID_REUSED");
}

TEST_F(ResourcesTest, ARepeatedRequestIsKnownAfterARestart) {
  const auto first = Create("kent", SomeForce(), "once");
  ASSERT_TRUE(first.ok()) << first.status();
  server_->Restart();
  stub_ = server_->StubAs<fv1::ForcesService>("liaison-lead");
  const auto again = Create("kent", SomeForce(), "once");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->header().replayed());
  EXPECT_TRUE(MessageDifferencer::Equals(again->force(), first->force()));
}

TEST_F(ResourcesTest, RefusesAStaleEtagAndStoresNothing) {
  ASSERT_TRUE(Create("kent").ok());
  ASSERT_TRUE(Rename("forces/kent", "Second", "\"1\"").ok());
  const absl::Status status = Rename("forces/kent", "Third", "\"1\"").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorMetadata(status, "current_etag"), "\"2\"");
  EXPECT_EQ(server_->ledger().head().revision, 2);
}

TEST_F(ResourcesTest, TellsWhatTheDecisionSays) {
  ASSERT_TRUE(Create("kent").ok());
  EXPECT_EQ(ReasonOf(Create("kent").status()), "RESOURCE_EXISTS");
  EXPECT_EQ(ReasonOf(Get("forces/none").status()), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Rename("forces/none", "x").status()), "RESOURCE_NOT_FOUND");
  hooks_->decide = [] { throw std::runtime_error("oh"); };
  EXPECT_EQ(ReasonOf(Create("wales").status()), "INTERNAL");
  hooks_->decide = nullptr;
  EXPECT_TRUE(Create("wales").ok());
}

TEST_F(ResourcesTest, ReadsThePast) {
  ASSERT_TRUE(Create("kent").ok());
  server_->clock().Advance(absl::Hours(1));
  ASSERT_TRUE(Rename("forces/kent", "Later").ok());
  common::v1::ReadOptions read;
  read.mutable_as_of()->set_revision(1);
  auto past = Get("forces/kent", read);
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(past->force().display_name(), "Kent Police");
  EXPECT_EQ(past->force().etag(), "\"1\"");
  EXPECT_EQ(past->header().revision(), 1);
  SetTime(server_->clock().Now() - absl::Minutes(30), read.mutable_as_of()->mutable_recorded_time());
  past = Get("forces/kent", read);
  ASSERT_TRUE(past.ok()) << past.status();
  EXPECT_EQ(past->force().display_name(), "Kent Police");
  SetTime(server_->clock().Now() - absl::Hours(2), read.mutable_as_of()->mutable_recorded_time());
  EXPECT_EQ(ReasonOf(Get("forces/kent", read).status()), "RESOURCE_NOT_FOUND");
  read.mutable_as_of()->set_revision(3);
  EXPECT_EQ(ReasonOf(Get("forces/kent", read).status()), "REVISION_IN_FUTURE");
}

TEST_F(ResourcesTest, AReadMayAskForFreshness) {
  const auto created = Create("kent");
  ASSERT_TRUE(created.ok());
  common::v1::ReadOptions read;
  read.mutable_consistency()->set_at_least_as_fresh(created->header().consistency_token());
  EXPECT_TRUE(Get("forces/kent", read).ok());
  read.mutable_consistency()->set_fully_consistent(true);
  EXPECT_TRUE(Get("forces/kent", read).ok());
  read.mutable_consistency()->set_at_least_as_fresh("nonsense");
  EXPECT_EQ(ReasonOf(Get("forces/kent", read).status()), "CONSISTENCY_TOKEN_MISMATCH");
  read.mutable_consistency()->set_at_least_as_fresh(EncodeConsistencyToken("another-store-altogether", 1));
  EXPECT_EQ(ReasonOf(Get("forces/kent", read).status()), "CONSISTENCY_TOKEN_MISMATCH");
}

TEST_F(ResourcesTest, WaitsForARevisionThatIsStillToCome) {
  ASSERT_TRUE(Create("kent").ok());
  common::v1::ReadOptions read;
  read.mutable_consistency()->set_at_least_as_fresh(EncodeConsistencyToken(server_->ledger().incarnation(), 2));
  absl::StatusOr<fv1::GetForceResponse> fresh = absl::UnknownError("not answered");
  std::thread reader([&] { fresh = Get("forces/kent", read); });
  ASSERT_TRUE(Rename("forces/kent", "Awaited").ok());
  reader.join();
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_EQ(fresh->force().display_name(), "Awaited");
  EXPECT_GE(fresh->header().revision(), 2);

  timeout_ = absl::Milliseconds(50);
  read.mutable_consistency()->set_at_least_as_fresh(EncodeConsistencyToken(server_->ledger().incarnation(), 100));
  EXPECT_EQ(Get("forces/kent", read).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(ResourcesTest, ListsInPagesThatShowOneRevision) {
  for (const char* id : {"f-1", "f-2", "f-10", "f-3"}) ASSERT_TRUE(Create(id).ok());
  ASSERT_TRUE(Create("wales", SomeForce("Welsh Police", "Wales")).ok());
  fv1::ListForcesRequest request;
  request.set_page_size(2);
  auto page = List(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Names(*page), ElementsAre("forces/f-1", "forces/f-2"));
  EXPECT_EQ(page->header().revision(), 5);
  ASSERT_FALSE(page->next_page_token().empty());
  EXPECT_EQ(page->forces(0).etag(), "\"1\"");

  ASSERT_TRUE(Create("f-20").ok());  // Not on the pages of this list.
  request.set_page_token(page->next_page_token());
  page = List(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Names(*page), ElementsAre("forces/f-3", "forces/f-10"));
  request.set_page_token(page->next_page_token());
  request.set_page_size(0);  // The size may change on the way.
  page = List(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_THAT(Names(*page), ElementsAre("forces/wales"));
  EXPECT_EQ(page->header().revision(), 5);
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(ResourcesTest, FiltersByTermAndByWhatTheServiceSays) {
  ASSERT_TRUE(Create("kent").ok());
  ASSERT_TRUE(Create("gwent", SomeForce("Gwent Police", "Wales")).ok());
  ASSERT_TRUE(Create("dyfed", SomeForce("Dyfed-Powys", "Wales")).ok());
  fv1::ListForcesRequest request;
  request.set_region("Wales");
  auto list = List(request);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(Names(*list), ElementsAre("forces/dyfed", "forces/gwent"));
  request.set_query("Police");
  list = List(request);
  ASSERT_TRUE(list.ok());
  EXPECT_THAT(Names(*list), ElementsAre("forces/gwent"));
}

TEST_F(ResourcesTest, APageTokenIsForItsListOnly) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Create(id).ok());
  fv1::ListForcesRequest request;
  request.set_page_size(1);
  const auto page = List(request);
  ASSERT_TRUE(page.ok());
  request.set_page_token(page->next_page_token());
  request.set_region("Wales");
  EXPECT_EQ(ReasonOf(List(request).status()), "PAGE_TOKEN_MISMATCH");
  request.clear_region();
  request.set_page_token("nonsense");
  EXPECT_EQ(ReasonOf(List(request).status()), "PAGE_TOKEN_MISMATCH");
  fv1::ListForceVersionsRequest versions;
  versions.set_name("forces/a");
  versions.set_page_token(page->next_page_token());
  EXPECT_EQ(ReasonOf(Versions(versions).status()), "PAGE_TOKEN_MISMATCH");
}

TEST_F(ResourcesTest, APageIsNeverTooLargeToSend) {
  constexpr int kForces = 700;
  ledger::Command command;
  command.audit.actor = "principals/liaison-lead";
  command.audit.verb = "ImportForces";
  command.decide = [](ledger::View&) -> absl::StatusOr<ledger::Decision> {
    ledger::Decision decision;
    for (int i = 1; i <= kForces; ++i) {
      fv1::Force force = SomeForce();
      force.set_name(absl::StrCat("forces/f-", i));
      for (int a = 0; a < 40; ++a) force.add_aliases(std::string(200, 'a'));
      decision.changes.push_back({.name = force.name(), .kind = force.GetTypeName(), .payload = ToPayload(force)});
    }
    return decision;
  };
  oversight::testing::Awaited<ledger::Committed> committed;
  server_->ledger().Commit(std::move(command), committed.callback());
  ASSERT_TRUE(committed.Take().ok());

  fv1::ListForcesRequest request;
  request.set_page_size(1000);
  int seen = 0, pages = 0;
  do {
    const auto page = List(request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const fv1::Force& force : page->forces()) EXPECT_EQ(force.name(), absl::StrCat("forces/f-", ++seen));
    ++pages;
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, kForces);
  EXPECT_GT(pages, 2);
}

TEST_F(ResourcesTest, TellsTheHistoryNewestFirst) {
  ASSERT_TRUE(Create("kent", SomeForce(), "the-first").ok());
  ASSERT_TRUE(Rename("forces/kent", "Second").ok());
  ASSERT_TRUE(Create("other").ok());
  ASSERT_TRUE(Rename("forces/kent", "Third").ok());
  fv1::ListForceVersionsRequest request;
  request.set_name("forces/kent");
  request.set_page_size(2);
  auto page = Versions(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->versions_size(), 2);
  EXPECT_EQ(page->versions(0).force().display_name(), "Third");
  EXPECT_EQ(page->versions(0).change().revision(), 4);
  EXPECT_EQ(page->versions(0).force().etag(), "\"4\"");
  EXPECT_EQ(page->versions(1).change().verb(), "UpdateForce");
  EXPECT_EQ(page->versions(1).change().actor(), "principals/liaison-lead");
  request.set_page_token(page->next_page_token());
  page = Versions(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->versions_size(), 1);
  EXPECT_EQ(page->versions(0).change().verb(), "CreateForce");
  EXPECT_EQ(page->versions(0).change().request_id(), "the-first");
  EXPECT_EQ(page->versions(0).change().reason(), "because");
  EXPECT_EQ(page->versions(0).change().trace_id().size(), 32u);
  EXPECT_EQ(page->next_page_token(), "");
  request.clear_page_token();
  request.set_name("forces/none");
  EXPECT_EQ(ReasonOf(Versions(request).status()), "RESOURCE_NOT_FOUND");
}

TEST_F(ResourcesTest, ARequestWithinACallCountsAsItsOwnAct) {
  ASSERT_TRUE(Create("kent").ok());
  fv1::RenameForceRequest both;
  both.set_name("forces/kent");
  both.set_display_name("Kent Constabulary");
  both.mutable_from_date()->set_year(2024);
  both.set_reason("South East");
  both.set_request_id("renaming");
  const auto renamed = Call<fv1::RenameForceResponse>(&fv1::ForcesService::Stub::RenameForce, both);
  ASSERT_TRUE(renamed.ok()) << renamed.status();
  EXPECT_EQ(renamed->force().display_name(), "Kent Constabulary");
  EXPECT_EQ(renamed->force().region(), "South East");
  EXPECT_EQ(renamed->force().revision(), 3);

  fv1::ListForceVersionsRequest request;
  request.set_name("forces/kent");
  const auto page = Versions(request);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->versions_size(), 3);
  EXPECT_EQ(page->versions(0).change().verb(), "UpdateForce");
  EXPECT_EQ(page->versions(1).change().verb(), "UpdateForce");
  EXPECT_EQ(page->versions(1).change().request_id(), "renaming");

  // And is answered from its record when it comes again by itself.
  const auto again = Rename("forces/kent", "Kent Constabulary", "", "renaming");
  EXPECT_EQ(ReasonOf(again.status()), "REQUEST_ID_REUSED") << "the mask is another";
  fv1::UpdateForceRequest alone;
  alone.mutable_force()->set_name("forces/kent");
  alone.mutable_force()->set_display_name("Kent Constabulary");
  alone.set_request_id("renaming");
  const auto replayed = Call<fv1::UpdateForceResponse>(&fv1::ForcesService::Stub::UpdateForce, alone);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_TRUE(replayed->header().replayed());
}

TEST_F(ResourcesTest, PagesOfVersionsAreFullWithoutThoseThatAreHidden) {
  ASSERT_TRUE(Create("kent", SomeForce("v1")).ok());
  for (int i = 2; i <= 12; ++i) ASSERT_TRUE(Rename("forces/kent", absl::StrCat("v", i)).ok());
  std::set<std::string> shown = {"v4", "v8", "v9"};
  hooks_->visible_version = [&](const fv1::Force& force) { return shown.contains(force.display_name()); };
  const auto pages = [&](int size) {
    fv1::ListForceVersionsRequest request;
    request.set_name("forces/kent");
    request.set_page_size(size);
    std::vector<std::vector<std::string>> all;
    do {
      const auto page = Versions(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      all.emplace_back();
      for (const auto& version : page->versions()) all.back().push_back(version.force().display_name());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty() && all.size() < 20);
    return all;
  };
  using Pages = std::vector<std::vector<std::string>>;
  EXPECT_EQ(pages(1), (Pages{{"v9"}, {"v8"}, {"v4"}}));
  EXPECT_EQ(pages(2), (Pages{{"v9", "v8"}, {"v4"}}));
  EXPECT_EQ(pages(3), (Pages{{"v9", "v8", "v4"}}));
  shown = {"v1"};
  EXPECT_EQ(pages(1), (Pages{{"v1"}}));
  shown = {};
  fv1::ListForceVersionsRequest request;
  request.set_name("forces/kent");
  EXPECT_EQ(ReasonOf(Versions(request).status()), "RESOURCE_NOT_FOUND");
}

TEST_F(ResourcesTest, ManyWritersLoseNothing) {
  constexpr int kThreads = 8, kEach = 25;
  std::vector<std::thread> writers;
  std::atomic<int> failures{0};
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        if (!Create(absl::StrCat("f-", t, "-", i)).ok()) ++failures;
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(server_->ledger().head().revision, kThreads * kEach);
  fv1::ListForcesRequest request;
  request.set_page_size(1000);
  const auto list = List(request);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->forces_size(), kThreads * kEach);
}

// ---- What a decide function sees, without a server ----

// A view over a few versions.
class FixedView final : public ledger::View {
 public:
  absl::StatusOr<std::optional<ledger::StoredVersion>> GetVersion(const ledger::VersionId&) override {
    return absl::UnimplementedError("not asked for here");
  }
  void Add(const fv1::Force& force, ledger::Revision revision) {
    ledger::Version version;
    version.name = force.name();
    version.kind = fv1::Force::descriptor()->full_name();
    version.payload = ToPayload(force);
    version.revision = revision;
    version.create_time = version.update_time = absl::FromUnixSeconds(revision);
    versions_[force.name()] = version;
  }
  absl::StatusOr<std::optional<ledger::Version>> Get(const std::string& name) override {
    const auto it = versions_.find(name);
    return it == versions_.end() ? std::nullopt : std::optional(it->second);
  }
  absl::StatusOr<std::vector<ledger::Version>> List(const std::string&, const ledger::Term&, int) override {
    std::vector<ledger::Version> all;
    for (const auto& [name, version] : versions_) all.push_back(version);
    return all;
  }
  absl::StatusOr<int64_t> LastNumber(const std::string&) override { return 11; }

 private:
  std::map<std::string, ledger::Version> versions_;
};

TEST(Facts, AreStampedAndNumbersAreNotGivenTwice) {
  FixedView view;
  fv1::Force force = SomeForce();
  force.set_name("forces/kent");
  view.Add(force, 5);
  const FakeClock clock(absl::FromUnixSeconds(99));
  const auth::Principal actor;
  Facts facts(view, clock, actor);
  EXPECT_EQ(facts.now(), absl::FromUnixSeconds(99));
  const auto found = facts.Get<fv1::Force>("forces/kent");
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->etag(), "\"5\"");
  EXPECT_EQ((*found)->create_time().seconds(), 5);
  EXPECT_FALSE(facts.Get<fv1::Force>("forces/none")->has_value());
  EXPECT_EQ(facts.Require<fv1::Force>("forces/none").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(facts.List<fv1::Force>("", "")->size(), 1u);
  EXPECT_EQ(*facts.NextNumber("forces/kent/concerns/"), 12);
  EXPECT_EQ(*facts.NextNumber("forces/kent/concerns/"), 13);
  EXPECT_EQ(*facts.NextNumber("forces/wales/concerns/"), 12);
}

}  // namespace
}  // namespace oversight::rpc
