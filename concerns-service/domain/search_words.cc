#include "concerns-service/domain/search_words.h"

#include <algorithm>
#include <cstdint>

#include "common/text/text.h"

namespace oversight::concerns {
namespace {

// How many characters a snippet shows, and how many of them come before the first word that was asked for.
constexpr size_t kSnippet = 200;
constexpr size_t kBefore = 60;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool IsAsciiWord(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// Whether a character of more than one byte is a letter, as far as is known here: signs of Latin-1, general
// punctuation, arrows, mathematics, boxes and dingbats, punctuation of Chinese and Japanese, and pictures are not.
bool IsLetter(std::string_view character) {
  uint32_t c = static_cast<unsigned char>(character[0]) & (0xFF >> (character.size() + 1));
  for (size_t i = 1; i < character.size(); ++i) c = c << 6 | (static_cast<unsigned char>(character[i]) & 0x3F);
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7) return false;
  return !(c >= 0x2000 && c < 0x2C00) && !(c >= 0x3000 && c < 0x3040) && !(c >= 0xFE00 && c < 0xFE70) &&
         !(c >= 0xFF00 && c < 0xFF10) && c < 0x1F000;
}

// The length of the letter or digit at the start; 0 when there is something else.
size_t WordCharacter(std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) return IsAsciiWord(text[0]) ? 1 : 0;
  const size_t length = Utf8Length(text);
  return length > 1 && IsLetter(text.substr(0, length)) ? length : 0;
}

// Without a letter in two.
std::string_view CutWord(std::string_view word) {
  if (word.size() <= kMaxWordBytes) return word;
  size_t size = kMaxWordBytes;
  while (IsContinuation(word[size])) --size;
  return word.substr(0, size);
}

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

// The place `count` characters before, or after, `at`.
size_t Back(std::string_view text, size_t at, size_t count) {
  while (at > 0 && count > 0) {
    if (!IsContinuation(text[--at])) --count;
  }
  return at;
}
size_t Forward(std::string_view text, size_t at, size_t count) {
  while (at < text.size()) {
    if (!IsContinuation(text[at]) && count-- == 0) break;
    ++at;
  }
  return at;
}

}  // namespace

void EachWord(std::string_view text, const std::function<void(const Word&)>& visit) {
  Word word;
  for (size_t at = 0; at < text.size();) {
    size_t length = WordCharacter(text.substr(at));
    if (length == 0) {
      ++at;
      continue;
    }
    word.at = at;
    bool ascii = true;
    while (length > 0) {
      ascii = ascii && length == 1;
      at += length;
      length = at < text.size() ? WordCharacter(text.substr(at)) : 0;
    }
    word.size = at - word.at;
    const std::string_view letters = CutWord(text.substr(word.at, word.size));
    if (ascii) {
      word.folded.assign(letters);
      for (char& c : word.folded) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
      }
    } else {
      word.folded = FoldCase(letters);
    }
    visit(word);
  }
}

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  EachWord(text, [&](const Word& word) { words.push_back(word.folded); });
  return words;
}

bool AsksForBeginnings(std::string_view asked) { return CountCharacters(asked) >= 2; }

bool Answers(std::string_view word, std::string_view asked) {
  return word == asked || (AsksForBeginnings(asked) && word.substr(0, asked.size()) == asked);
}

void SetSnippet(const std::string& text, const std::vector<std::string>& asked, v1::SearchHit* hit) {
  std::vector<std::pair<size_t, size_t>> found;  // Begin and end, in bytes.
  EachWord(text, [&](const Word& word) {
    const bool answers =
        std::any_of(asked.begin(), asked.end(), [&](const std::string& ask) { return Answers(word.folded, ask); });
    if (answers) found.emplace_back(word.at, word.at + word.size);
  });
  size_t begin = found.empty() ? 0 : Back(text, found.front().first, kBefore);
  const size_t end = Forward(text, begin, kSnippet);
  // With room to spare at the end, more of what comes before.
  if (end == text.size()) begin = std::min(begin, Back(text, end, kSnippet));
  std::string& snippet = *hit->mutable_snippet();
  snippet = begin > 0 ? "…" : "";
  const size_t shift = begin > 0 ? 1 : 0;
  snippet.append(text, begin, end - begin);
  if (end < text.size()) snippet += "…";
  for (const auto& [from, to] : found) {
    if (from < begin || to > end) continue;
    auto* match = hit->add_matches();
    match->set_start(static_cast<int32_t>(shift + CountCharacters(std::string_view(text).substr(begin, from - begin))));
    match->set_length(static_cast<int32_t>(CountCharacters(std::string_view(text).substr(from, to - from))));
  }
}

}  // namespace oversight::concerns
