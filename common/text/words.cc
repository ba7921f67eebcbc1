#include "common/text/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace oversight {

std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words;
  bool within = false;
  for (const char c : text) {
    // Letters beyond ASCII belong to words, byte by byte.
    const bool letter = absl::ascii_isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
    if (letter && !within) words.emplace_back();
    if (letter) words.back() += absl::ascii_tolower(static_cast<unsigned char>(c));
    within = letter;
  }
  return words;
}

bool HasWords(const std::string& text, const std::string& query) {
  const std::vector<std::string> there = WordsOf(text), wanted = WordsOf(query);
  return !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [&](const std::string& word) {
    return std::any_of(there.begin(), there.end(), [&](const std::string& other) {
      return other == word || (word.size() >= 2 && absl::StartsWith(other, word));
    });
  });
}

}  // namespace oversight
