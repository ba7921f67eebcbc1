// Fills any message with anything, by reflection: for tests of code that must cope with whatever a client sends.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "google/protobuf/message.h"

namespace oversight::test {

// The same seed gives the same message. Strings may be empty, long, well-formed or not; numbers tend to the edges.
void FillAtRandom(google::protobuf::Message* message, std::mt19937_64& random, int depth = 0);

}  // namespace oversight::test
