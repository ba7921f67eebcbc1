// How far a slip of the pen is from what was meant, for "did you mean". Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>

namespace oversight::observe {

// How many letters to add, drop or change to make one of the other.
size_t EditDistance(const std::string& a, const std::string& b);

}  // namespace oversight::observe
