// How much a caller may have under way at once: a count for each key (a principal's name, an address). A key is kept
// only while something of it is under way, so the table is never larger than what is. Thread-safe: a call holds the
// lock of one of sixteen parts of the table for as long as a look-up takes.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace oversight::limits {

class AtOnce {
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  using Counts = std::unordered_map<std::string, int, Hash, std::equal_to<>>;
  struct Part {
    mutable std::mutex mu;
    Counts counts;
  };

 public:
  // `most` of one key; 0 or less: there is no limit, and nothing is kept.
  explicit AtOnce(int most) : most_(most) {}
  AtOnce(const AtOnce&) = delete;
  AtOnce& operator=(const AtOnce&) = delete;

  // One thing under way, until it is destroyed. The AtOnce must outlive it.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : part_(std::exchange(other.part_, nullptr)), count_(other.count_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(part_, other.part_);
      std::swap(count_, other.count_);
      return *this;
    }
    ~Place();

   private:
    friend class AtOnce;
    Place(Part* part, Counts::value_type* count) : part_(part), count_(count) {}
    Part* part_ = nullptr;
    Counts::value_type* count_ = nullptr;  // An element of the table stays where it is while others come and go.
  };

  // Nothing when as many are under way as may be.
  std::optional<Place> Enter(std::string_view key);

  // Keys kept now.
  size_t size() const;

 private:
  const int most_;
  std::array<Part, 16> parts_;
};

}  // namespace oversight::limits
