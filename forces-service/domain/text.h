// What the register asks of words beyond common/text. Every function is total: any bytes may come in. Thread safety: pure
// functions.
#pragma once

#include <string_view>

#include "common/text/text.h"

namespace oversight::forces {

// True for what people can follow: begins with https:// or http://, goes on, and has no white space.
bool IsWebAddress(std::string_view text);

// True when there is an ASCII control character in it, such as a tab or NUL.
bool HasControlCharacter(std::string_view text);

}  // namespace oversight::forces
