#include "common/ledger/archive/json_fields.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/archive/canonical_json.h"

namespace oversight::ledger {

namespace {

void AppendName(const char* name, std::string& out) {
  if (!out.empty() && out.back() != '{') out += ',';
  absl::StrAppend(&out, "\"", name, "\":");
}

}  // namespace

void Member(const char* name, const std::string& text, std::string& out) {
  AppendName(name, out);
  AppendJsonText(text, out);
}
void Member(const char* name, int64_t number, std::string& out) { RawMember(name, absl::StrCat(number), out); }
void RawMember(const char* name, const std::string& json, std::string& out) {
  AppendName(name, out);
  out += json;
}
void TimeMember(const char* name, absl::Time time, std::string& out) {
  Member(name, absl::FormatTime("%E4Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()), out);
}

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }
std::string Hex(const Hash& hash) { return Hex(HashBytes(hash)); }

std::string JsonFields::Text(const char* name) {
  const boost::json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_string()) return Miss(name);
  return std::string(value->get_string().data(), value->get_string().size());
}

int64_t JsonFields::Number(const char* name) {
  const boost::json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return Miss(name), 0;
  return value->get_int64();
}

std::string JsonFields::Bytes(const char* name) {
  const std::string text = Text(name);
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() % 2 != 0 || !std::all_of(text.begin(), text.end(), digit)) return Miss(name);
  return absl::HexStringToBytes(text);
}

Hash JsonFields::Root(const char* name) {
  const auto hash = HashFromBytes(Bytes(name));
  if (!hash) Miss(name);
  return hash.value_or(Hash{});
}

std::string JsonFields::Base64(const char* name) {
  std::string bytes;
  if (!absl::Base64Unescape(Text(name), &bytes)) return Miss(name);
  return bytes;
}

absl::Time JsonFields::Time(const char* name) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, Text(name), &time, &error)) Miss(name);
  return time;
}

const boost::json::array* JsonFields::Array(const char* name) {
  const boost::json::value* value = object_.if_contains(name);
  if (value == nullptr || !value->is_array()) return Miss(name), nullptr;
  return &value->get_array();
}

std::string JsonFields::Miss(const char* name) {
  if (missing_.empty()) missing_ = name;
  return "";
}

absl::Status JsonFields::status() const {
  if (missing_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("has no well-formed \"", missing_, "\""));
}

}  // namespace oversight::ledger
