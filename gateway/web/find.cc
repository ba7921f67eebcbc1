#include "gateway/web/find.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace oversight::gateway::web {

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

std::vector<SnippetPart> PartsOf(const concerns::v1::SearchHit& hit) {
  // Where each character begins, and the end.
  std::vector<size_t> at;
  for (size_t i = 0; i < hit.snippet().size(); ++i) {
    if ((static_cast<unsigned char>(hit.snippet()[i]) & 0xc0) != 0x80) at.push_back(i);
  }
  at.push_back(hit.snippet().size());
  const auto clamp = [&](int character) { return at[std::clamp<size_t>(std::max(character, 0), 0, at.size() - 1)]; };
  std::vector<SnippetPart> parts;
  size_t done = 0;
  for (const auto& match : hit.matches()) {
    const size_t begin = std::max(done, clamp(match.start())),
                 end = std::max(begin, clamp(match.start() + match.length()));
    if (begin > done) parts.push_back({hit.snippet().substr(done, begin - done), false});
    if (end > begin) parts.push_back({hit.snippet().substr(begin, end - begin), true});
    done = end;
  }
  if (done < hit.snippet().size()) parts.push_back({hit.snippet().substr(done), false});
  return parts;
}

}  // namespace oversight::gateway::web
