#include "gateway/http/gzip.h"

#include <zlib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace oversight::gateway {

bool AcceptsGzip(std::string_view accept_encoding) {
  for (absl::string_view item :
       absl::StrSplit(absl::string_view(accept_encoding.data(), accept_encoding.size()), ',')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(item, ';');
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(parts[0]), "gzip")) continue;
    if (parts.size() < 2) return true;
    absl::string_view weight = absl::StripAsciiWhitespace(parts[1]);
    // q=0, q=0.0 and so on say no.
    return weight.find_first_not_of("q=0.") != absl::string_view::npos;
  }
  return false;
}

std::string Gzip(std::string_view bytes) {
  z_stream stream = {};
  constexpr int kGzip = 15 + 16;  // Largest window, with the header of gzip.
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace oversight::gateway
