#include "gateway/http/gzip.h"

#include <zlib.h>

#include <functional>
#include <optional>
#include <utility>

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

namespace {

constexpr int kGzip = 15 + 16;  // Largest window, with the header of gzip.

class PackedBody final : public HttpBody, public std::enable_shared_from_this<PackedBody> {
 public:
  explicit PackedBody(std::shared_ptr<HttpBody> body) : body_(std::move(body)) {
    deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY);
  }
  ~PackedBody() override { deflateEnd(&stream_); }

  void Next(std::function<void(Piece)> then) override {
    if (ended_) return then(std::nullopt);
    body_->Next([self = shared_from_this(), then = std::move(then)](Piece piece) {
      if (!piece.ok()) return then(std::move(piece));
      self->ended_ = !piece->has_value();
      std::string packed = self->Pack(self->ended_ ? std::string() : **piece, self->ended_ ? Z_FINISH : Z_NO_FLUSH);
      // Little enough may stay inside for now: then there is more to read.
      if (packed.empty() && !self->ended_) return self->Next(then);
      then(std::optional<std::string>(std::move(packed)));
    });
  }
  void Cancel() override { body_->Cancel(); }
  bool endless() const override { return body_->endless(); }

 private:
  std::string Pack(const std::string& plain, int flush) {
    std::string packed;
    char buffer[16384];
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer);
      stream_.avail_out = sizeof(buffer);
      deflate(&stream_, flush);
      packed.append(buffer, sizeof(buffer) - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return packed;
  }

  const std::shared_ptr<HttpBody> body_;
  z_stream stream_ = {};
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<HttpBody> GzipBody(std::shared_ptr<HttpBody> body) {
  return std::make_shared<PackedBody>(std::move(body));
}

std::string Gzip(std::string_view bytes) {
  z_stream stream = {};
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
