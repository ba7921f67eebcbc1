// Answers to GET that are given again while nothing has changed: those of the gateway's own dashboards, which are made
// of its copies and change only with them and with time. An answer is kept for one caller's proof and one target, and
// for a second at most, so that ages are told to the second and a proof that has run out is noticed. Bounded: when it
// is full it forgets everything. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/http/http_face.h"

namespace oversight::gateway {

class AnswerMemory {
 public:
  // `version` says what the dashboards are made of now; it never comes back to an earlier value.
  explicit AnswerMemory(std::function<int64_t()> version) : version_(std::move(version)) {}

  // What a request is known by: its target, and who makes it by `headers` (Callers::HeadersOf).
  static std::string KeyOf(const std::string& target, const std::vector<std::pair<std::string, std::string>>& headers);

  // Null when there is none that may be given again.
  std::shared_ptr<const HttpAnswer> Find(const std::string& key, absl::Time now) const;

  // One makes an answer for all who want it meanwhile. Null for whoever is to make it, and must Finish; for the others
  // `then` runs on the thread that does, with null when it could not be made. Whoever comes after a change waits for no
  // answer from before it.
  class Making {
   public:
    // The answer, or null.
    void Finish(absl::Time now, std::shared_ptr<const HttpAnswer> answer);

   private:
    friend class AnswerMemory;
    AnswerMemory* memory_;
    std::string key_;
    int64_t version_;
    std::vector<std::function<void(std::shared_ptr<const HttpAnswer>)>> waiting_;
  };
  std::shared_ptr<Making> MakeOrWait(const std::string& key,
                                     std::function<void(std::shared_ptr<const HttpAnswer>)> then);

 private:
  struct Kept {
    int64_t version;
    absl::Time time;
    std::shared_ptr<const HttpAnswer> answer;
  };
  void Keep(const std::string& key, Kept kept);

  const std::function<int64_t()> version_;
  mutable std::mutex mu_;
  std::unordered_map<std::string, Kept> kept_;
  size_t bytes_ = 0;
  std::unordered_map<std::string, std::shared_ptr<Making>> making_;
};

}  // namespace oversight::gateway
