// What counts as a word, in texts and in queries alike: a run of letters and digits, whatever their case; everything
// else stands between words. Letters are those of ASCII and every other character that is not known to be a sign, so
// that any script works. Pure, thread-safe; any bytes may come in.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "oversight/concerns/v1/overview_service.pb.h"

namespace oversight::concerns {

// Of a longer word only so many bytes count.
inline constexpr size_t kMaxWordBytes = 64;

// A word, folded, and where it stands in the text, in bytes.
struct Word {
  std::string folded;
  size_t at = 0, size = 0;
};

// In order; what `visit` is given is gone after it.
void EachWord(std::string_view text, const std::function<void(const Word&)>& visit);
std::vector<std::string> WordsOf(std::string_view text);

// Whether a word of a text is what a word of a query asks for: itself or, when that has two characters or more, one
// that begins with it.
bool Answers(std::string_view word, std::string_view asked);
bool AsksForBeginnings(std::string_view asked);

// About 200 characters of the text around the first word that answers one of `asked`, or its beginning when none does;
// with where in it the words stand that do.
void SetSnippet(const std::string& text, const std::vector<std::string>& asked, v1::SearchHit* hit);

}  // namespace oversight::concerns
