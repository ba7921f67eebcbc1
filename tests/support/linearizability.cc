#include "tests/support/linearizability.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"

namespace oversight::testing {
namespace {

using Kind = Operation::Kind;
using Outcome = Operation::Outcome;

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr size_t kToldBefore = 6, kToldNext = 12;

std::string Quoted(const std::string& value) { return value.empty() ? "nothing" : absl::StrCat("\"", value, "\""); }

std::string Describe(const Operation& o) {
  std::string text = absl::StrCat("[", o.called, ", ", o.answered == kNever ? "?" : absl::StrCat(o.answered),
                                  "] caller ", o.caller, o.kind == Kind::kRead ? " read" : " wrote ");
  if (o.kind == Kind::kWrite) absl::StrAppend(&text, Quoted(o.written));
  if (o.if_match) absl::StrAppend(&text, " over ", Quoted(*o.if_match), " only");
  if (o.outcome == Outcome::kUnknown) absl::StrAppend(&text, ", outcome unknown");
  if (o.outcome == Outcome::kRefused) absl::StrAppend(&text, ", refused");
  if (o.seen) absl::StrAppend(&text, o.kind == Kind::kRead ? " " : ", told it met ", Quoted(*o.seen));
  return text;
}

// Takes out unknown outcomes that cannot matter, and gives those an end whose value others met, so that what is tried
// below stays little however many outcomes are unknown. Each step keeps the verdict. False when there was nothing to
// do.
bool Simplify(std::vector<Operation>& history) {
  std::map<std::string, int> writers;
  // When the first was answered that can only have been told so after the value was written.
  std::map<std::string, int64_t> seen_by;
  std::set<std::string> wanted;  // by a write of unknown outcome: it may have met the value
  bool blind_refusals = false;   // a refusal that does not tell what it met may have met anything
  for (const Operation& o : history) {
    if (o.kind == Kind::kWrite) ++writers[o.written];
    if (o.outcome == Outcome::kUnknown) {
      if (o.if_match) wanted.insert(*o.if_match);
      continue;
    }
    if (o.outcome == Outcome::kRefused && !o.seen) blind_refusals = true;
    const auto see = [&](const std::string& value) {
      const auto it = seen_by.try_emplace(value, o.answered).first;
      it->second = std::min(it->second, o.answered);
    };
    if (o.seen) see(*o.seen);
    if (o.outcome == Outcome::kDone && o.if_match) see(*o.if_match);
  }
  bool changed = false;
  const auto idle = [&](Operation& o) {
    if (o.outcome != Outcome::kUnknown) return false;
    if (o.kind == Kind::kRead) return true;
    const auto it = seen_by.find(o.written);
    if (it == seen_by.end()) return !blind_refusals && !wanted.contains(o.written);
    if (writers[o.written] == 1 && !o.written.empty() && it->second > o.called) {
      o.outcome = Outcome::kDone;
      o.answered = it->second;
      changed = true;
    }
    return false;
  };
  return std::erase_if(history, idle) > 0 || changed;
}

std::vector<Operation> Simplified(std::vector<Operation> history) {
  for (Operation& o : history) {
    if (o.outcome != Outcome::kUnknown) continue;
    o.seen.reset();
    o.answered = kNever;
  }
  // What one step settles may settle another: a write over the value of another of unknown outcome.
  while (Simplify(history)) {
  }
  return history;
}

// A call or an answer of one operation, in the order of time; a doubly linked list out of which what has found its
// place is lifted, and put back when it has to look for another.
struct Event {
  size_t operation = 0;
  bool answer = false;
  Event* previous = nullptr;
  Event* next = nullptr;
  Event* answer_of_call = nullptr;  // null when it has none

  void Unlink() {
    previous->next = next;
    if (next != nullptr) next->previous = previous;
  }
  void Relink() {
    previous->next = this;
    if (next != nullptr) next->previous = this;
  }
  void Lift() {
    Unlink();
    if (answer_of_call != nullptr) answer_of_call->Unlink();
  }
  void PutBack() {
    if (answer_of_call != nullptr) answer_of_call->Relink();
    Relink();
  }
};

class Search {
 public:
  explicit Search(std::vector<Operation> history) : history_(std::move(history)), done_(history_.size() / 64 + 1) {
    std::sort(history_.begin(), history_.end(), [](const auto& a, const auto& b) { return a.called < b.called; });
    events_.resize(history_.size() * 2 + 1);
    std::vector<std::pair<int64_t, Event*>> order;
    for (size_t i = 0; i < history_.size(); ++i) {
      Event& call = events_[2 * i + 1];
      call.operation = i;
      order.emplace_back(history_[i].called, &call);
      if (history_[i].answered == kNever) continue;
      Event& answer = events_[2 * i + 2];
      answer.operation = i;
      answer.answer = true;
      call.answer_of_call = &answer;
      order.emplace_back(history_[i].answered, &answer);
      ++answers_left_;
    }
    // At one and the same tick calls come first: then both orders are possible.
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first, a.second->answer) < std::pair(b.first, b.second->answer);
    });
    Event* last = &events_[0];
    for (const auto& [time, event] : order) {
      last->next = event;
      event->previous = last;
      last = event;
    }
  }

  bool Run() {
    struct Step {
      Event* call;
      std::string value_before;
    };
    std::vector<Step> steps;
    Event* const front = &events_[0];
    for (Event* at = front->next; answers_left_ > 0;) {
      if (!at->answer) {
        const Operation& operation = history_[at->operation];
        if (std::optional<std::string> after = Apply(operation, value_)) {
          Flip(at->operation);
          if (tried_[*after].insert(done_).second) {
            steps.push_back({at, std::exchange(value_, *std::move(after))});
            at->Lift();
            if (at->answer_of_call != nullptr) --answers_left_;
            at = front->next;
            continue;
          }
          Flip(at->operation);
        }
        at = at->next;
        continue;
      }
      // Nothing that was called before this answer fits, so something earlier has to change.
      if (!stuck_ || steps.size() > longest_.size()) {
        stuck_ = true;
        longest_.clear();
        for (const Step& step : steps) longest_.push_back(step.call->operation);
        longest_value_ = value_;
      }
      if (steps.empty()) return false;
      at = steps.back().call;
      value_ = std::move(steps.back().value_before);
      steps.pop_back();
      Flip(at->operation);
      if (at->answer_of_call != nullptr) ++answers_left_;
      at->PutBack();
      at = at->next;
    }
    return true;
  }

  // After Run failed.
  std::string Explain() const {
    std::string text;
    std::vector<bool> placed(history_.size());
    for (size_t i : longest_) placed[i] = true;
    if (longest_.size() > kToldBefore) absl::StrAppend(&text, "  ", longest_.size() - kToldBefore, " fit, and then\n");
    for (size_t i = longest_.size() - std::min(longest_.size(), kToldBefore); i < longest_.size(); ++i) {
      absl::StrAppend(&text, "  ", Describe(history_[longest_[i]]), "\n");
    }
    absl::StrAppend(&text, "  leave ", Quoted(longest_value_), ". None of these can come next:\n");
    int64_t earliest_answer = kNever;
    for (size_t i = 0; i < history_.size(); ++i) {
      if (!placed[i]) earliest_answer = std::min(earliest_answer, history_[i].answered);
    }
    size_t told = 0;
    for (size_t i = 0; i < history_.size(); ++i) {
      if (placed[i] || history_[i].called > earliest_answer) continue;
      if (++told <= kToldNext) absl::StrAppend(&text, "  ", Describe(history_[i]), "\n");
    }
    if (told > kToldNext) absl::StrAppend(&text, "  and ", told - kToldNext, " more\n");
    return text;
  }

 private:
  // The value after the operation, if it can have happened to `value`.
  static std::optional<std::string> Apply(const Operation& o, const std::string& value) {
    if (o.seen && *o.seen != value) return std::nullopt;
    if (o.kind == Kind::kRead) return value;
    const bool matches = !o.if_match || *o.if_match == value;
    if (o.outcome == Outcome::kRefused) return matches ? std::nullopt : std::optional(value);
    return matches ? std::optional(o.written) : std::nullopt;
  }
  void Flip(size_t i) { done_[i / 64] ^= uint64_t{1} << (i % 64); }

  struct HashBits {
    size_t operator()(const std::vector<uint64_t>& bits) const {
      uint64_t hash = 0;
      for (const uint64_t word : bits) hash = (hash ^ word) * 0x9E3779B97F4A7C15u + (hash >> 29);
      return static_cast<size_t>(hash);
    }
  };

  std::vector<Operation> history_;
  std::vector<Event> events_;  // [0] is the front of the list
  size_t answers_left_ = 0;
  std::vector<uint64_t> done_;  // a bit per operation that has its place
  std::string value_;
  // By the value left: the sets of operations after which it was tried to go on, in vain or still under way.
  std::unordered_map<std::string, std::unordered_set<std::vector<uint64_t>, HashBits>> tried_;
  // The longest order that led nowhere, for the explanation.
  bool stuck_ = false;
  std::vector<size_t> longest_;
  std::string longest_value_;
};

}  // namespace

::testing::AssertionResult Linearizable(const std::vector<Operation>& history) {
  std::map<std::string, std::vector<Operation>> by_resource;
  for (const Operation& operation : history) by_resource[operation.resource].push_back(operation);
  for (auto& [resource, operations] : by_resource) {
    Search search(Simplified(std::move(operations)));
    if (!search.Run()) {
      return ::testing::AssertionFailure()
             << "No order explains what callers of " << resource << " were told. [called, answered] in ticks:\n"
             << search.Explain();
    }
  }
  return ::testing::AssertionSuccess();
}

}  // namespace oversight::testing
