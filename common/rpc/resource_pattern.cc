#include "common/rpc/resource_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_replace.h"

namespace oversight::rpc {
namespace {

// What is numbered within its parent, from 1.
constexpr std::array<std::string_view, 12> kNumbered = {
    "concern",  "recommendation", "note",    "response",   "revisit", "evidence",
    "proposal", "decision",       "episode", "inspection", "duty",    "national_recommendation"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsIdCharacter(char c) { return (c >= 'a' && c <= 'z') || IsDigit(c); }

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= 63 && IsIdCharacter(text.front()) && IsIdCharacter(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsIdCharacter(c) || c == '-'; });
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 9 && text.front() != '0' && std::all_of(text.begin(), text.end(), IsDigit);
}

}  // namespace

ResourcePattern::ResourcePattern(std::string pattern) : pattern_(std::move(pattern)) {
  shapes_.emplace_back();
  for (size_t at = 0; at <= pattern_.size();) {
    const size_t end = std::min(pattern_.find_first_of("/|", at), pattern_.size());
    std::string text = pattern_.substr(at, end - at);
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') {
      text = text.substr(1, text.size() - 2);
      const bool numbered = std::find(kNumbered.begin(), kNumbered.end(), text) != kNumbered.end();
      shapes_.back().push_back({numbered ? Segment::kNumber : Segment::kId, std::move(text)});
    } else {
      shapes_.back().push_back({Segment::kLiteral, std::move(text)});
    }
    if (end < pattern_.size() && pattern_[end] == '|') shapes_.emplace_back();
    at = end + 1;
  }
}

bool ResourcePattern::Matches(std::string_view name, bool wildcard) const {
  return std::any_of(shapes_.begin(), shapes_.end(),
                     [&](const auto& segments) { return MatchesShape(segments, name, wildcard); });
}

bool ResourcePattern::MatchesShape(const std::vector<Segment>& segments, std::string_view name, bool wildcard) {
  size_t at = 0;
  for (size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    const size_t slash = name.find('/', at);
    if ((slash == std::string_view::npos) != last) return false;
    const std::string_view part = name.substr(at, last ? std::string_view::npos : slash - at);
    const Segment& segment = segments[i];
    switch (segment.kind) {
      case Segment::kLiteral:
        if (part != segment.text) return false;
        break;
      case Segment::kId:
        if (!IsId(part) && !(wildcard && part == "-")) return false;
        break;
      case Segment::kNumber:
        if (!IsNumber(part) && !(wildcard && part == "-")) return false;
        break;
    }
    at = slash + 1;
  }
  return true;
}

std::string ResourcePattern::Explain(bool wildcard) const {
  std::string text = "must have the form " + absl::StrReplaceAll(pattern_, {{"|", " or "}});
  bool id = false, number = false;
  for (const auto& segments : shapes_) {
    for (const Segment& segment : segments) {
      id |= segment.kind == Segment::kId;
      number |= segment.kind == Segment::kNumber;
    }
  }
  if (id) text += "; ids are lower-case letters, digits and inner hyphens, at most 63";
  if (number) text += "; numbers have 1 to 9 digits and no leading zero";
  if (wildcard) text += "; - stands for any";
  return text;
}

}  // namespace oversight::rpc
