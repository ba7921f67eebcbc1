// Signed tree heads against notes made elsewhere, and against everything that is almost one.
#include "common/ledger/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/support/temp_dir.h"

namespace oversight::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The private keys of RFC 8032's first two tests (section 7.1), as PKCS #8.
constexpr char kPem1[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr char kPem2[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
    "-----END PRIVATE KEY-----\n";

// Made with kPem1 as key.pem and with OpenSSL's command line alone:
//   printf 'oversight-ledger/concerns/6b1f0c22\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n' > text
//   openssl pkey -in key.pem -pubout -outform DER | tail -c 32 > public
//   { printf 'inspectorate.example/2026\n\001'; cat public; } | openssl dgst -sha256 -binary | head -c 4 > id
//   openssl pkeyutl -sign -rawin -inkey key.pem -in text -out signature
//   { cat text; printf '\n\342\200\224 inspectorate.example/2026 %s\n' $(cat id signature | base64 -w0); }
//   echo inspectorate.example/2026+$(xxd -p id)+$({ printf '\001'; cat public; } | base64 -w0)
constexpr char kNote[] =
    "oversight-ledger/concerns/6b1f0c22\n"
    "8\n"
    "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    "\n"
    "\xE2\x80\x94 inspectorate.example/2026 "
    "wmHWmFoBDN1tLHSKfdfyVUizAhh98SWwDHxV7t8BV12+qQCDK78VH6vzs0eLCPdIwvnPIxfdOAU/ClOOT7J6++dUuQc=\n";
constexpr char kKey[] = "inspectorate.example/2026+c261d698+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

// What the Go checksum database signed at that size; the signature is the one that the specification shows.
constexpr char kGoNote[] =
    "go.sum database tree\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\xE2\x80\x94 sum.golang.org "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
constexpr char kGoKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

Hash SomeRoot() {
  return HashFromBytes(absl::HexStringToBytes("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"))
      .value();
}

VerifierKey Key(const std::string& text) { return VerifierKey::Parse(text).value(); }

absl::StatusOr<Signer> SignerOf(const std::string& pem, const std::string& name = "inspectorate.example/2026") {
  const testing::TempDir dir;
  std::ofstream(dir / "key.pem") << pem;
  return Signer::FromPem(dir / "key.pem", name);
}

std::string Replaced(const std::string& from, const std::string& to) {
  std::string note = absl::StrReplaceAll(kNote, {{from, to}});
  EXPECT_NE(note, kNote) << from;
  return note;
}

// The signature line of a note.
std::string LineOf(const std::string& note) { return note.substr(note.find("\n\n") + 2); }

TEST(CheckpointTest, VerifiesWhatOthersSigned) {
  const auto ours = Verify(kNote, Key(kKey));
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ(ours->origin, "oversight-ledger/concerns/6b1f0c22");
  EXPECT_EQ(ours->size, 8);
  EXPECT_EQ(ours->root, SomeRoot());
  EXPECT_THAT(ours->extensions, IsEmpty());
  ASSERT_EQ(ours->signatures.size(), 1u);
  EXPECT_EQ(ours->signatures[0].key_name, "inspectorate.example/2026");
  EXPECT_EQ(ours->signatures[0].key_id, 0xc261d698);

  const auto go = Verify(kGoNote, Key(kGoKey));
  ASSERT_TRUE(go.ok()) << go.status();
  EXPECT_EQ(go->size, 20852163);
}

TEST(CheckpointTest, SignsAsOthersDo) {
  const auto signer = SignerOf(kPem1);
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ(*signer->Sign("oversight-ledger/concerns/6b1f0c22", 8, SomeRoot()), kNote);
  EXPECT_EQ(signer->verifier_key().ToString(), kKey);
  EXPECT_EQ(signer->verifier_key(), Key(kKey));
  const auto empty = Verify(*signer->Sign("empty", 0, EmptyRoot()), signer->verifier_key());
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->root, EmptyRoot());
}

TEST(CheckpointTest, NoByteMayChange) {
  const std::string note = kNote;
  const VerifierKey key = Key(kKey);
  for (size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = note;
      other[i] = static_cast<char>(other[i] ^ 1 << bit);
      EXPECT_FALSE(Verify(other, key).ok()) << i << " " << bit;
    }
    EXPECT_FALSE(Verify(note.substr(0, i), key).ok()) << i;
    EXPECT_FALSE(Verify(note.substr(0, i) + note.substr(i + 1), key).ok()) << i;
    for (const char c : {'\n', ' ', 'A', '0', '=', '\0'}) {
      EXPECT_FALSE(Verify(note.substr(0, i) + c + note.substr(i), key).ok()) << i << " " << c;
    }
  }
  for (const std::string end : {"\n", " ", "x", "x\n"}) EXPECT_FALSE(Verify(note + end, key).ok()) << end;
}

TEST(CheckpointTest, ParsesStrictly) {
  const std::string b64 = "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=", origin = "oversight-ledger/concerns/6b1f0c22",
                    line = LineOf(kNote);
  ASSERT_TRUE(ParseCheckpoint(kNote).ok());
  EXPECT_THAT(ParseCheckpoint(Replaced(b64, b64 + "\nmore\nand more"))->extensions, ElementsAre("more", "and more"));
  EXPECT_EQ(ParseCheckpoint(Replaced("\n8\n", "\n9223372036854775807\n"))->size, 9223372036854775807);
  EXPECT_EQ(ParseCheckpoint(absl::StrCat(kNote, "\xE2\x80\x94 witness.example AAAAAQI=\n"))->signatures[1].bytes,
            "\x02");
  EXPECT_EQ(ParseCheckpoint(Replaced(origin, "Zentralstelle f\xC3\xBCr X"))->origin, "Zentralstelle f\xC3\xBCr X");

  for (const std::string& note :
       std::vector<std::string>{"", "\n", "\n\n", "\n\n\n", "a\n8\n" + b64 + "\n", "a\n8\n" + b64 + "\n\n",
                                "a\n8\n" + b64 + "\n\n\n", "a\n8\n\n" + line, "a\n\n" + line, "\n" + line, line,
                                std::string(100'000, 'a'), Replaced(b64, b64 + "\n" + std::string(70'000, 'x'))}) {
    EXPECT_EQ(ParseCheckpoint(note).status().code(), absl::StatusCode::kInvalidArgument) << note.substr(0, 200);
  }
  EXPECT_THAT(std::string(ParseCheckpoint("a\n8\n" + b64 + "\n\n").status().message()), HasSubstr("not signed"));
  for (const std::string size :
       {"", "08", "-8", "+8", " 8", "8 ", "0x8", "8.0", "eight", "9223372036854775808", "-0"}) {
    EXPECT_FALSE(ParseCheckpoint(Replaced("\n8\n", absl::StrCat("\n", size, "\n"))).ok()) << size;
  }
  for (const std::string root :
       {"", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=",
        "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz-Nw7_RgQyg=", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg= ", "XcnaeacGWak=",
        "XcnaeacG WamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="}) {
    EXPECT_FALSE(ParseCheckpoint(Replaced(b64, root)).ok()) << root;
  }
  for (const std::string bad : {"", "a\tb", "a\x01", "a\r", "a\xFF", "a\xC0\x80", "a\n"}) {
    EXPECT_FALSE(ParseCheckpoint(Replaced(origin, bad)).ok()) << absl::CHexEscape(bad);
    EXPECT_FALSE(ParseCheckpoint(Replaced(b64, absl::StrCat(b64, "\n", bad, "\nc"))).ok()) << absl::CHexEscape(bad);
  }
  for (const std::string bad :
       {"- a AAAAAQI=", "\xE2\x80\x94 a AAAAAQ==", "\xE2\x80\x94 a AAAA", "\xE2\x80\x94 a ", "\xE2\x80\x94 a",
        "\xE2\x80\x94  AAAAAQI=", "\xE2\x80\x94 a+b AAAAAQI=", "\xE2\x80\x94 a b AAAAAQI=",
        "\xE2\x80\x94 a\xC2\xA0z AAAAAQI=", "\xE2\x80\x94 a\x01 AAAAAQI=", "\xE2\x80\x94 a\xFF AAAAAQI=",
        "\xE2\x80\x94 a AAAAAQI",
        "\xE2\x80\x94 a AAAAAQJ=", "\xE2\x80\x94 a AAAAAQI= ", "\xE2\x80\x94z AAAAAQI=", "a AAAAAQI="}) {
    EXPECT_FALSE(ParseCheckpoint(absl::StrCat(kNote, bad, "\n")).ok()) << bad;
  }
}

TEST(CheckpointTest, SomeKeyMustHaveSignedAndNoKnownKeyWrongly) {
  const auto old_signer = SignerOf(kPem1, "inspectorate.example/2026");
  const auto new_signer = SignerOf(kPem2, "inspectorate.example/2027");
  const auto namesake = SignerOf(kPem2, "inspectorate.example/2026");
  const VerifierKey old_key = old_signer->verifier_key(), new_key = new_signer->verifier_key();
  const std::string by_old = *old_signer->Sign("log", 8, SomeRoot()), by_new = *new_signer->Sign("log", 8, SomeRoot());
  const std::string by_both = by_old + LineOf(by_new);

  EXPECT_TRUE(Verify(by_both, old_key).ok());
  EXPECT_TRUE(Verify(by_both, new_key).ok());
  const std::vector<VerifierKey> both = {old_key, new_key};
  for (const std::string& note : {by_old, by_new, by_both}) EXPECT_TRUE(VerifyAny(note, both).ok());
  // The same name, another key: not known, so ignored.
  EXPECT_TRUE(Verify(by_both, old_key).ok());
  const auto by_namesake = Verify(*namesake->Sign("log", 8, SomeRoot()), old_key);
  EXPECT_EQ(by_namesake.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(by_namesake.status().message()), HasSubstr("No known key"));
  EXPECT_TRUE(Verify(by_old + LineOf(*namesake->Sign("log", 9, SomeRoot())), old_key).ok());
  // Known, and not a signature of this text: refused, whoever else has signed, in either order.
  const std::string of_another = LineOf(*new_signer->Sign("log", 9, SomeRoot()));
  for (const std::string& note : {by_old + of_another, by_both + of_another}) {
    EXPECT_TRUE(Verify(note, old_key).ok());
    const auto refused = VerifyAny(note, both);
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("inspectorate.example/2027"));
  }
  const auto unknown = VerifyAny(by_both, {});
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("inspectorate.example/2026 (key id "));
  EXPECT_EQ(Verify("nonsense", old_key).status().code(), absl::StatusCode::kInvalidArgument);
}

// How a checkpoint is written, for what ParseCheckpoint made of one.
std::string Written(const Checkpoint& checkpoint) {
  std::string note = absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                                  absl::Base64Escape(HashBytes(checkpoint.root)), "\n");
  for (const std::string& line : checkpoint.extensions) absl::StrAppend(&note, line, "\n");
  EXPECT_EQ(note, checkpoint.signed_text);
  note += "\n";
  for (const Checkpoint::Signature& signature : checkpoint.signatures) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(signature.key_id >> shift);
    absl::StrAppend(&note, "\xE2\x80\x94 ", signature.key_name, " ", absl::Base64Escape(bytes + signature.bytes), "\n");
  }
  return note;
}

rc::Gen<std::string> AnyText(const std::string& alphabet) {
  return rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(alphabet)));
}

rc::Gen<Checkpoint> AnyCheckpoint() {
  const auto hash = rc::gen::map(rc::gen::container<std::string>(32, rc::gen::arbitrary<char>()),
                                 [](const std::string& bytes) { return *HashFromBytes(bytes); });
  const auto signature = rc::gen::build<Checkpoint::Signature>(
      rc::gen::set(&Checkpoint::Signature::key_name, AnyText("ab/.-=09")), rc::gen::set(&Checkpoint::Signature::key_id),
      rc::gen::set(&Checkpoint::Signature::bytes, rc::gen::nonEmpty<std::string>()));
  return rc::gen::build<Checkpoint>(
      rc::gen::set(&Checkpoint::origin, AnyText("ab/ +-=09")),
      rc::gen::set(&Checkpoint::size, rc::gen::inRange<int64_t>(0, std::numeric_limits<int64_t>::max())),
      rc::gen::set(&Checkpoint::root, hash),
      rc::gen::set(&Checkpoint::extensions, rc::gen::container<std::vector<std::string>>(AnyText("ab/ +-=09"))),
      rc::gen::set(&Checkpoint::signatures,
                   rc::gen::nonEmpty(rc::gen::container<std::vector<Checkpoint::Signature>>(signature))));
}

RC_GTEST_PROP(CheckpointTest, WhatIsWrittenIsRead, ()) {
  Checkpoint checkpoint = *AnyCheckpoint();
  checkpoint.signed_text = absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                                        absl::Base64Escape(HashBytes(checkpoint.root)), "\n");
  for (const std::string& line : checkpoint.extensions) absl::StrAppend(&checkpoint.signed_text, line, "\n");
  const std::string note = Written(checkpoint);
  const auto read = ParseCheckpoint(note);
  RC_ASSERT(read.ok());
  RC_ASSERT(read->origin == checkpoint.origin);
  RC_ASSERT(read->size == checkpoint.size);
  RC_ASSERT(read->root == checkpoint.root);
  RC_ASSERT(read->extensions == checkpoint.extensions);
  RC_ASSERT(Written(*read) == note);
}

// A real note after some edits that look like the format: pieces of itself and of its grammar put in, taken out, moved.
std::string Edited(std::string note) {
  static const std::vector<std::string> pieces = {"\n",
                                                  "\n\n",
                                                  " ",
                                                  "\xE2\x80\x94 ",
                                                  "\xE2\x80\x94",
                                                  "=",
                                                  "==",
                                                  "A",
                                                  "0",
                                                  "-",
                                                  "+",
                                                  "8\n",
                                                  "\r\n",
                                                  "\t",
                                                  {"\0", 1},
                                                  "\xFF",
                                                  "\xC2\xA0",
                                                  "log\n8\n",
                                                  "\xE2\x80\x94 a AAAAAQI=\n",
                                                  LineOf(kNote),
                                                  LineOf(kGoNote),
                                                  kGoNote,
                                                  "more\n"};
  // Anywhere, or at the end of a line, where more of what is put in makes sense.
  const auto place = [&](size_t from) {
    const size_t at = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, note.size() + 1));
    return *rc::gen::arbitrary<bool>() ? at : std::min(note.find('\n', at), note.size() - 1) + 1;
  };
  const auto edits = *rc::gen::inRange(1, 5);
  for (int i = 0; i < edits; ++i) {
    const size_t a = place(0), b = place(a), to = place(0);
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        note.insert(a, *rc::gen::elementOf(pieces));
        break;
      case 1:
        note.erase(a, *rc::gen::inRange<size_t>(1, 4));
        break;
      case 2:
        note.replace(a, std::min<size_t>(1, note.size() - a), 1, *rc::gen::arbitrary<char>());
        break;
      case 3:
        note.insert(to, note.substr(a, b - a));
        break;
      default:
        note.insert(a, *rc::gen::arbitrary<std::string>());
        break;
    }
  }
  return note;
}

// Whatever comes: nothing crashes, what parses was written in the one way there is, and what verifies was signed.
RC_GTEST_PROP(CheckpointTest, WhateverComesNothingIsReadTwoWaysAndOnlyWhatWasSignedVerifies, ()) {
  static const std::vector<VerifierKey> keys = {Key(kKey), Key(kGoKey)};
  for (int i = 0; i < 30; ++i) {
    const std::string note = Edited(*rc::gen::element<std::string>(kNote, kGoNote));
    const auto checkpoint = ParseCheckpoint(note);
    const auto verified = VerifyAny(note, keys);
    if (checkpoint.ok()) RC_ASSERT(Written(*checkpoint) == note);
    if (verified.ok()) {
      RC_ASSERT(verified->signed_text == ParseCheckpoint(kNote)->signed_text ||
                verified->signed_text == ParseCheckpoint(kGoNote)->signed_text);
    }
  }
}

TEST(VerifierKeyTest, ComesBackFromItsText) {
  for (const std::string text : {kKey, kGoKey}) EXPECT_EQ(Key(text).ToString(), text);
  EXPECT_EQ(Key(kGoKey).name(), "sum.golang.org");
  EXPECT_EQ(Key(kGoKey).id(), 0x033de0aeu);
}

TEST(VerifierKeyTest, SlipsAreFound) {
  const std::string text = kKey;
  for (size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ 1 << bit);
      EXPECT_FALSE(VerifierKey::Parse(other).ok()) << i << " " << bit;
    }
    EXPECT_FALSE(VerifierKey::Parse(text.substr(0, i)).ok()) << i;
  }
  for (const std::string bad : {"", "+", "++", "a+b", "+c261d698+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                                "inspectorate.example/2026+C261D698+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"}) {
    EXPECT_EQ(VerifierKey::Parse(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_FALSE(VerifierKey::Parse(text + "\n").ok());
}

TEST(SignerTest, SaysWhatIsWrongWithAKeyFile) {
  const auto refusal = [](const std::string& pem) {
    const auto signer = SignerOf(pem);
    EXPECT_EQ(signer.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(signer.status().message()), HasSubstr("key.pem"));
    return std::string(signer.status().message());
  };
  EXPECT_THAT(refusal(""), HasSubstr("not a private key"));
  EXPECT_THAT(refusal("secret words"), Not(HasSubstr("secret words")));
  EXPECT_THAT(refusal("-----BEGIN PUBLIC KEY-----\n"
                      "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                      "-----END PUBLIC KEY-----\n"),
              HasSubstr("not a private key"));
  // openssl genpkey -algorithm x25519
  EXPECT_THAT(refusal("-----BEGIN PRIVATE KEY-----\n"
                      "MC4CAQAwBQYDK2VuBCIEIJBrfgJmHJojxLnW/afeXYb0SLR2YFvkhnmRUfER6vFd\n"
                      "-----END PRIVATE KEY-----\n"),
              HasSubstr("not of Ed25519"));
  // openssl pkey -in key.pem -aes-128-cbc -passout pass:secret
  EXPECT_THAT(refusal("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                      "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj2vpwNn0rx5wICCAAw\n"
                      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEECeHByeENjQjhYQOiT3tlyUEQKDQ\n"
                      "8VvDpB6nwL53e9y0yjPX9Mf9fMJ7RxsAwJjr4RHaE9R1xXUuxrclMQoof5B12qP1\n"
                      "HZKW2+hguIBF4BToG90=\n"
                      "-----END ENCRYPTED PRIVATE KEY-----\n"),
              HasSubstr("encrypted"));
  const auto missing = Signer::FromPem("/nowhere/key.pem", "a");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/nowhere/key.pem"));
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("openssl genpkey"));
  for (const std::string name : {"", "a b", "a+b", "a\n", "a\xFF", "a\xE3\x80\x80z"}) {
    EXPECT_EQ(SignerOf(kPem1, name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(SignerTest, SignsNothingThatWouldReadAsSomethingElse) {
  const auto signer = SignerOf(kPem1);
  for (const std::string origin : {"", "a\n9", "a\n", "\n", "a\t", "a\xFF"}) {
    EXPECT_EQ(signer->Sign(origin, 8, SomeRoot()).status().code(), absl::StatusCode::kInvalidArgument) << origin;
  }
  EXPECT_EQ(signer->Sign("log", -1, SomeRoot()).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oversight::ledger
