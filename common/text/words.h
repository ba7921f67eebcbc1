// Words in texts, by the rule that SearchConcerns has, for lists that are looked through. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

namespace oversight {

// The words of a text, in lower case: what stands between them, such as spaces and marks, does not count.
std::vector<std::string> WordsOf(const std::string& text);
// Whether each word of the query stands in the text, as it is or, with two characters or more, as the beginning of a
// longer one. False for a query without words.
bool HasWords(const std::string& text, const std::string& query);

}  // namespace oversight
