#include "gateway/web/snippet.h"

#include <algorithm>

namespace oversight::gateway::web {

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
