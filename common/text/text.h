// What the services do with words: whole UTF-8 or none, white space put in order, and a comparison that does not mind
// case. No locale, no ICU: the letters of English and Welsh are what is needed, and the tables for them are short.
// Every function is total: any bytes may come in. Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oversight {

// The length in bytes of the UTF-8 character at the start of `text`, 1 to 4; 0 when the bytes there are not UTF-8 (or
// there are none). Overlong forms, surrogates and values above U+10FFFF are not UTF-8.
size_t Utf8Length(std::string_view text);

// Without white space at the ends, and with one space where there was a run of it (line breaks included).
std::string Tidy(std::string_view text);

// For comparing without regard to case: lower case of ASCII, Latin-1 and Latin Extended-A (Welsh ŵ and ŷ are there).
// Other characters and bytes that are not UTF-8 stay as they are.
std::string FoldCase(std::string_view text);

// True for what people can follow: begins with https:// or http://, goes on, and has no white space.
bool IsWebAddress(std::string_view text);

// True when there is an ASCII control character in it, such as a tab or NUL.
bool HasControlCharacter(std::string_view text);

}  // namespace oversight
