// Texts as a made-up record would have them: sentences put together at random from what published findings speak of,
// with places that do not exist, so that some words are in most texts and some in few. The same random numbers give the
// same texts. For one thread.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace oversight::bench {

using Random = std::mt19937_64;

// The same on every machine, which the distributions of the standard library are not.
inline int64_t Below(Random& random, int64_t end) {
  return static_cast<int64_t>(random() % static_cast<uint64_t>(end));
}
inline int64_t Between(Random& random, int64_t first, int64_t last) { return first + Below(random, last - first + 1); }
inline bool Chance(Random& random, int percent) { return Below(random, 100) < percent; }

std::string TitleText(Random& random);
// What was found, 3 to 6 sentences.
std::string FindingText(Random& random);
// What should be done, 1 or 2 sentences.
std::string RecommendationText(Random& random);
// A word of the force or of an inspector, one sentence.
std::string RemarkText(Random& random);

}  // namespace oversight::bench
