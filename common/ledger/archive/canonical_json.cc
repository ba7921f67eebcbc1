#include "common/ledger/archive/canonical_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>  // The library itself, compiled here alone.
#include <charconv>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"

namespace oversight::ledger {
namespace {

namespace json = boost::json;

// Whole numbers beyond this are not told apart by everyone who reads JSON.
constexpr int64_t kExact = int64_t{1} << 53;

// As JavaScript writes a number, which RFC 8785 takes over: the shortest digits that read back the same, an exponent
// only from 1e21 up and from 1e-7 down.
void AppendNumber(double number, std::string& out) {
  if (number == 0) {
    out += '0';  // Of -0 too.
    return;
  }
  char buffer[32];
  char* const end = std::to_chars(buffer, buffer + sizeof(buffer), std::abs(number), std::chars_format::scientific).ptr;
  char* const e = std::find(buffer, end, 'e');
  std::string digits(buffer, e);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  int exponent = 0;
  std::from_chars(e + (e[1] == '+' ? 2 : 1), end, exponent);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // where the point stands, counted from the first digit
  if (number < 0) out += '-';
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) absl::StrAppend(&out, ".", digits.substr(1));
    absl::StrAppend(&out, "e", exponent < 0 ? "-" : "+", std::abs(exponent));
  } else if (point <= 0) {
    absl::StrAppend(&out, "0.", std::string(static_cast<size_t>(-point), '0'), digits);
  } else if (point >= count) {
    absl::StrAppend(&out, digits, std::string(static_cast<size_t>(point - count), '0'));
  } else {
    absl::StrAppend(&out, digits.substr(0, static_cast<size_t>(point)), ".", digits.substr(static_cast<size_t>(point)));
  }
}

// By UTF-16 code units, as RFC 8785 sorts: that is the order of bytes, but that what UTF-16 writes as two surrogates
// (first byte F0 and above) comes before U+E000 to U+FFFF (first byte EE or EF).
bool Before(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto rank = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x10 : static_cast<int>(byte);
  };
  return rank(*x) < rank(*y);
}

std::string_view View(json::string_view text) { return {text.data(), text.size()}; }

// Builds the value of a text that is given in one piece. The library's own builder rounds some numbers wrongly.
class Builder {
 public:
  static constexpr size_t max_object_size = json::object::max_size();
  static constexpr size_t max_array_size = json::array::max_size();
  static constexpr size_t max_key_size = json::string::max_size();
  static constexpr size_t max_string_size = json::string::max_size();
  using Code = json::error_code;

  Builder() { stack_.reset(); }
  json::value Take() { return stack_.release(); }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(size_t count, Code&) { return stack_.push_array(count), true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(size_t count, Code&) { return stack_.push_object(count), true; }
  bool on_string_part(json::string_view part, size_t, Code&) { return stack_.push_chars(part), true; }
  bool on_string(json::string_view part, size_t, Code&) { return stack_.push_string(part), true; }
  bool on_key_part(json::string_view part, size_t, Code&) { return stack_.push_chars(part), true; }
  bool on_key(json::string_view part, size_t, Code&) { return stack_.push_key(part), true; }
  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(int64_t number, json::string_view, Code&) { return stack_.push_int64(number), true; }
  bool on_uint64(uint64_t number, json::string_view, Code&) { return stack_.push_uint64(number), true; }
  bool on_double(double, json::string_view text, Code& error) {
    double number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) {
      error = json::error::exponent_overflow;
      return false;
    }
    return stack_.push_double(number), true;
  }
  bool on_bool(bool value, Code&) { return stack_.push_bool(value), true; }
  bool on_null(Code&) { return stack_.push_null(), true; }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  json::value_stack stack_;
};

}  // namespace

void AppendJsonText(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppend(&out, "\\u00", std::string(1, kHex[c >> 4]), std::string(1, kHex[c & 15]));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void AppendCanonical(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      break;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      break;
    case json::kind::int64:
      if (value.get_int64() > -kExact && value.get_int64() < kExact) {
        absl::StrAppend(&out, value.get_int64());
      } else {
        AppendNumber(static_cast<double>(value.get_int64()), out);
      }
      break;
    case json::kind::uint64:
      AppendNumber(static_cast<double>(value.get_uint64()), out);
      break;
    case json::kind::double_:
      AppendNumber(value.get_double(), out);
      break;
    case json::kind::string:
      AppendJsonText(View(value.get_string()), out);
      break;
    case json::kind::array: {
      out += '[';
      const size_t start = out.size();
      for (const json::value& item : value.get_array()) {
        if (out.size() > start) out += ',';
        AppendCanonical(item, out);
      }
      out += ']';
      break;
    }
    case json::kind::object: {
      std::vector<const json::key_value_pair*> members;
      members.reserve(value.get_object().size());
      for (const json::key_value_pair& member : value.get_object()) members.push_back(&member);
      std::sort(members.begin(), members.end(),
                [](const auto* a, const auto* b) { return Before(View(a->key()), View(b->key())); });
      out += '{';
      const size_t start = out.size();
      for (const json::key_value_pair* member : members) {
        if (out.size() > start) out += ',';
        AppendJsonText(View(member->key()), out);
        out += ':';
        AppendCanonical(member->value(), out);
      }
      out += '}';
      break;
    }
  }
}

absl::StatusOr<json::value> ParseJson(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::basic_parser<Builder> parser(options);
  json::error_code error;
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (error || read != text.size()) return absl::InvalidArgumentError("It is not JSON.");
  return parser.handler().Take();
}

absl::StatusOr<std::string> CanonicalJson(std::string_view text) {
  const absl::StatusOr<json::value> value = ParseJson(text);
  if (!value.ok()) return value.status();
  std::string out;
  out.reserve(text.size());
  AppendCanonical(*value, out);
  return out;
}

}  // namespace oversight::ledger
