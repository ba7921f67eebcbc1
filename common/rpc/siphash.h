// SipHash-2-4 (Aumasson and Bernstein): a short keyed hash, fast on short inputs. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oversight::rpc {

struct SipKey {
  uint64_t k0 = 0, k1 = 0;
};

inline uint64_t SipHash(const SipKey& key, std::string_view data) {
  uint64_t v0 = key.k0 ^ 0x736f6d6570736575, v1 = key.k1 ^ 0x646f72616e646f6d;
  uint64_t v2 = key.k0 ^ 0x6c7967656e657261, v3 = key.k1 ^ 0x7465646279746573;
  const auto rotate = [](uint64_t x, int by) { return x << by | x >> (64 - by); };
  const auto round = [&] {
    v0 += v1, v2 += v3;
    v1 = rotate(v1, 13) ^ v0, v3 = rotate(v3, 16) ^ v2;
    v0 = rotate(v0, 32);
    v2 += v1, v0 += v3;
    v1 = rotate(v1, 17) ^ v2, v3 = rotate(v3, 21) ^ v0;
    v2 = rotate(v2, 32);
  };
  const auto word = [&](size_t at, size_t count) {
    uint64_t m = 0;
    for (size_t i = 0; i < count; ++i) m |= static_cast<uint64_t>(static_cast<unsigned char>(data[at + i])) << (8 * i);
    return m;
  };
  const auto absorb = [&](uint64_t m) {
    v3 ^= m;
    round(), round();
    v0 ^= m;
  };
  size_t at = 0;
  for (; data.size() - at >= 8; at += 8) absorb(word(at, 8));
  absorb(word(at, data.size() - at) | static_cast<uint64_t>(data.size()) << 56);
  v2 ^= 0xff;
  round(), round(), round(), round();
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace oversight::rpc
