// Random sequences of commands against a model small enough to be right by looking at it: whole copies of the state,
// one per revision.
#include <rapidcheck.h>

#include <algorithm>
#include <map>

#include "common/ledger/natural_order.h"
#include "tests/ledger/ledger_fixture.h"
#include "tests/support/watch_validators.h"

namespace oversight::ledger {
namespace {

using namespace oversight::testing;

struct Row {
  std::string payload;
  std::vector<Term> terms;
};
using State = std::map<std::pair<std::string, std::string>, Row>;  // by (sort key, name): list order

struct Step {
  int name;    // which resource
  int colour;  // 0: delete
  int size;
  bool second;   // changes another resource in the same transaction
  bool refused;  // decides and then refuses
  bool reopen;   // closes and opens the store before
};

std::string NameOf(int n) {
  return n % 3 == 0 ? absl::StrCat("things/", n) : absl::StrCat("things/", n % 4, "/parts/", n);
}

rc::Gen<Step> AnyStep() {
  return rc::gen::build<Step>(
      rc::gen::set(&Step::name, rc::gen::inRange(0, 24)), rc::gen::set(&Step::colour, rc::gen::inRange(0, 4)),
      rc::gen::set(&Step::size, rc::gen::inRange(0, 40)), rc::gen::set(&Step::second),
      rc::gen::set(&Step::refused, rc::gen::map(rc::gen::inRange(0, 6), [](int n) { return n == 0; })),
      rc::gen::set(&Step::reopen, rc::gen::map(rc::gen::inRange(0, 12), [](int n) { return n == 0; })));
}

std::ostream& operator<<(std::ostream& out, const Step& s) {
  return out << "{" << NameOf(s.name) << " colour=" << s.colour << " size=" << s.size << (s.second ? " second" : "")
             << (s.refused ? " refused" : "") << (s.reopen ? " reopen" : "") << "}";
}

std::vector<Change> ChangesOf(const Step& step, const State& state) {
  std::vector<Change> changes;
  for (int i = 0; i < (step.second ? 2 : 1); ++i) {
    const std::string name = NameOf(step.name + i * 7);
    const bool exists = state.contains({SortKey(name), name});
    if (step.colour == 0) {
      if (exists) changes.push_back(Delete(name));
    } else {
      changes.push_back(Put(name, std::string(static_cast<size_t>(step.size), static_cast<char>('a' + step.colour)),
                            {{"colour", absl::StrCat(step.colour)}, {"even", step.size % 2 ? "no" : "yes"}}));
    }
  }
  return changes;
}

void Play(const EngineParam& engine, const std::vector<Step>& steps) {
  spdlog::set_level(spdlog::level::off);
  const auto store = engine.new_store();
  FakeClock clock(absl::FromUnixSeconds(1700000000));
  Options options;
  options.watch_window = 5;
  options.cache_bytes = 64 * 1200;
  auto ledger = *Ledger::Open(store->NewEngine(), clock, options);
  std::vector<State> states(1);
  std::vector<absl::Time> times(1, absl::InfinitePast());
  std::map<std::string, std::vector<std::string>> histories;  // newest last

  for (const Step& step : steps) {
    if (step.reopen) {
      ledger.reset();
      ledger = *Ledger::Open(store->NewEngine(), clock, options);
    }
    clock.Advance(absl::Microseconds(step.size % 3 + 1));
    const std::vector<Change> changes = ChangesOf(step, states.back());
    auto result = CommitNow(*ledger, Deciding([&](View& view) -> absl::StatusOr<Decision> {
      for (const auto& [key, row] : states.back()) {
        const auto found = *view.Get(key.second);
        if (!found || found->payload != row.payload) return absl::DataLossError("the view differs");
      }
      if (step.refused) return absl::FailedPreconditionError("refused");
      return Decision{changes, ""};
    }));
    if (step.refused) {
      RC_ASSERT(result.status().code() == absl::StatusCode::kFailedPrecondition);
      continue;
    }
    RC_ASSERT(result.ok());
    if (changes.empty()) continue;
    State next = states.back();
    for (const Change& change : changes) {
      const auto key = std::pair(SortKey(change.name), change.name);
      if (change.operation == Change::Operation::kDelete) {
        next.erase(key);
        histories[change.name].push_back("deleted");
      } else {
        next[key] = {change.payload, change.terms};
        histories[change.name].push_back(change.payload);
      }
    }
    states.push_back(std::move(next));
    times.push_back(result->recorded_time);
    RC_ASSERT(result->revision == static_cast<Revision>(states.size() - 1));
  }

  // About ten moments of each run, the last one among them.
  const size_t stride = states.size() / 10 + 1;
  for (size_t revision = (states.size() - 1) % stride; revision < states.size(); revision += stride) {
    std::vector<AsOf> moments = {{.revision = static_cast<Revision>(revision)}};
    if (revision > 0) moments.push_back({.time = times[revision]});
    if (revision + 1 == states.size()) moments.push_back({});
    for (const AsOf& as_of : moments) {
      for (int n = 0; n < 31; ++n) {
        const auto got = GetNow(*ledger, NameOf(n), as_of);
        RC_ASSERT(got.ok());
        const auto expected = states[revision].find({SortKey(NameOf(n)), NameOf(n)});
        RC_ASSERT(got->version.has_value() == (expected != states[revision].end()));
        if (got->version) RC_ASSERT(got->version->payload == expected->second.payload);
        RC_ASSERT(got->read_revision == static_cast<Revision>(revision));
      }
      for (const std::vector<Term>& all_of : std::vector<std::vector<Term>>{{},
                                                                            {{"colour", "1"}},
                                                                            {{"even", "yes"}},
                                                                            {{"colour", "2"}, {"even", "no"}},
                                                                            {{"even", "no"}, {"colour", "2"}}}) {
        std::vector<std::string> expected, found;
        for (const auto& [key, row] : states[revision]) {
          bool all = true;
          for (const Term& term : all_of) all = all && std::count(row.terms.begin(), row.terms.end(), term) > 0;
          if (all) expected.push_back(key.second + "=" + row.payload);
        }
        ListQuery query{.kind = "test.Thing", .all_of = all_of, .limit = 3, .as_of = as_of};
        for (bool more = true; more;) {
          auto page = ListNow(*ledger, query);
          RC_ASSERT(page.ok());
          for (const Version& version : page->items) found.push_back(version.name + "=" + version.payload);
          more = page->more;
          RC_ASSERT(!more || page->items.size() == 3u);
          if (more) query.after = page->items.back().name;
        }
        RC_ASSERT(found == expected);
      }
    }
  }

  for (const auto& [name, expected] : histories) {
    std::vector<std::string> found;
    HistoryQuery query{.name = name, .limit = 2};
    for (bool more = true; more;) {
      auto page = HistoryNow(*ledger, query);
      RC_ASSERT(page.ok());
      for (const HistoryEntry& entry : page->entries) {
        found.insert(found.begin(), entry.version.deleted ? "deleted" : entry.version.payload);
      }
      more = page->more;
      if (more) query.before = page->entries.back().version.revision;
    }
    RC_ASSERT(found == expected);
  }

  const auto end = static_cast<Revision>(states.size() - 1);
  const auto log = DeliveriesOf(*DrainTo(**ledger->Watch(0), end));
  RC_ASSERT(static_cast<Revision>(log.size()) == end);
  RC_ASSERT(static_cast<bool>(Dense(log)));
  for (Revision after = 0; after < end; after += 3) {
    const auto seen = DeliveriesOf(*DrainTo(**ledger->Watch(after), end));
    RC_ASSERT(static_cast<bool>(KeepsWatchPromises(seen, after, log)));
    RC_ASSERT(static_cast<bool>(Bookmarked(seen, after, end, log)));
  }
}

class PropertyTest : public ::testing::TestWithParam<EngineParam> {};

TEST_P(PropertyTest, BehavesLikeTheModel) {
  EXPECT_TRUE(rc::check("a ledger behaves like its model", [] {
    Play(GetParam(), *rc::gen::resize(50, rc::gen::container<std::vector<Step>>(AnyStep())));
  }));
}

INSTANTIATE_TEST_SUITE_P(Engines, PropertyTest, ::testing::ValuesIn(Engines()), EngineName);

}  // namespace
}  // namespace oversight::ledger
