// Golden files: the canonical JSON of a message as clients get it, or a text, compared with a file in tests/golden. A
// difference is a change of the contract. When it is meant: OVERSIGHT_UPDATE_GOLDEN=1 writes the files anew; look at the
// diff before you commit it. Tests run in the top of the tree.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace oversight::testing {

inline void ExpectGoldenText(const std::string& file, const std::string& text) {
  const std::string path = "tests/golden/" + file;
  if (std::getenv("OVERSIGHT_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ifstream in(path);
  std::stringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path;
}

inline void ExpectGolden(const std::string& file, const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  ExpectGoldenText(file, json);
}

}  // namespace oversight::testing
