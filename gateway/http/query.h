// What a URL or a form says: names and values, percent-decoded; and the way back. Total; pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oversight::gateway {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// Of "a=1&b=two+words". A '%' that begins no two hexadecimal digits stays as it is.
Parameters ParseQuery(std::string_view query);
// Of the part of a target behind "?"; none when there is no such part.
Parameters QueryOf(std::string_view target);
// A value as it stands in an address: what is neither letter, digit nor one of -._~ percent-encoded.
std::string Encoded(std::string_view value);
// The first value under the name; "" when there is none.
std::string ValueOf(const Parameters& parameters, std::string_view name);

}  // namespace oversight::gateway
