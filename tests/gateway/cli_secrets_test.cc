// Secrets in the contract: what is called like one is marked, and what is marked is not printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "common/rpc/secrets.h"
#include "gateway/cli/verbs.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace oversight::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using ::testing::IsEmpty;

bool IsCalledLikeASecret(const std::string& name) {
  static const std::regex kSecret("(^|_)(keys?|tokens?|passwords?|passphrases?|secrets?|credentials?|cookies?)(_|$)");
  return std::regex_search(name, kSecret);
}

// Tokens that say where an answer stands or a watch begins, a key that is public, and the theme or region compared.
const std::set<std::string> kNoSecrets = {"page_token",
                                          "next_page_token",
                                          "consistency_token",
                                          "oversight.common.v1.WatchStart.token",
                                          "oversight.gateway.v1.Comparison.key",
                                          "oversight.ledger.v1.TreeHead.verifier_key"};

void Walk(const Descriptor& type, std::set<const Descriptor*>& seen, std::set<std::string>& unmarked) {
  if (!seen.insert(&type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.message_type() != nullptr) Walk(*field.message_type(), seen, unmarked);
    // The fields of a map are "key" and "value", whatever it holds.
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING || type.options().map_entry()) continue;
    if (kNoSecrets.count(field.name()) > 0 || kNoSecrets.count(field.full_name()) > 0) continue;
    if (IsCalledLikeASecret(field.name()) && !rpc::IsSecret(field)) unmarked.insert(field.full_name());
  }
}

TEST(ContractSecrets, WhatIsCalledLikeOneIsMarked) {
  std::set<const Descriptor*> seen;
  std::set<std::string> unmarked;
  for (const Verb& verb : Verbs()) {
    Walk(*verb.method->input_type(), seen, unmarked);
    Walk(*verb.method->output_type(), seen, unmarked);
  }
  EXPECT_GT(seen.size(), 300u);
  EXPECT_THAT(unmarked, IsEmpty()) << "Mark them (common.v1.rules).secret, or say here why they are none.";
  for (const char* name : {"key", "api_key", "token", "password_hash", "secrets", "session_cookie"}) {
    EXPECT_TRUE(IsCalledLikeASecret(name)) << name;
  }
  for (const char* name : {"keyboard", "tokenizer", "monkey"}) EXPECT_FALSE(IsCalledLikeASecret(name)) << name;
}

}  // namespace
}  // namespace oversight::cli
