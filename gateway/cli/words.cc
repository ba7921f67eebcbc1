#include "gateway/cli/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/observe/edit_distance.h"

namespace oversight::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

// CONCERN_STATE_ISSUED -> "ISSUED". The prefix is that of the zero value: CONCERN_STATE_UNSPECIFIED.
std::string Short(const EnumValueDescriptor& value) {
  static constexpr char kZero[] = "UNSPECIFIED";
  std::string prefix = value.type()->value(0)->name();
  if (!absl::EndsWith(prefix, kZero)) return value.name();
  prefix.resize(prefix.size() - (sizeof(kZero) - 1));
  return absl::StartsWith(value.name(), prefix) ? value.name().substr(prefix.size()) : value.name();
}

}  // namespace

std::string Kebab(const std::string& name) {
  std::string result;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_' || c == ' ') {
      result += '-';
    } else if (absl::ascii_isupper(c)) {
      const bool after_small = i > 0 && (absl::ascii_islower(name[i - 1]) || absl::ascii_isdigit(name[i - 1]));
      const bool before_small =
          i > 0 && absl::ascii_isupper(name[i - 1]) && i + 1 < name.size() && absl::ascii_islower(name[i + 1]);
      if (after_small || before_small) result += '-';
      result += absl::ascii_tolower(c);
    } else {
      result += c;
    }
  }
  return result;
}

std::string Spaced(const std::string& name) { return absl::StrReplaceAll(Kebab(name), {{"-", " "}}); }

std::string Words(const EnumDescriptor& type, int value) {
  const auto* descriptor = type.FindValueByNumber(value);
  if (descriptor == nullptr) return absl::StrCat("unknown (", value, ")");
  const std::string words = absl::AsciiStrToLower(absl::StrReplaceAll(Short(*descriptor), {{"_", " "}}));
  return words == "unspecified" ? "" : words;
}

std::vector<std::string> Choices(const EnumDescriptor& type) {
  std::vector<std::string> choices;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    choices.push_back(absl::AsciiStrToLower(absl::StrReplaceAll(Short(*type.value(i)), {{"_", "-"}})));
  }
  return choices;
}

const EnumValueDescriptor* ValueOf(const EnumDescriptor& type, const std::string& text) {
  const std::string wanted = absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}, {" ", "_"}}));
  for (int i = 0; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    if (value.number() != 0 && (Short(value) == wanted || value.name() == wanted)) return &value;
  }
  return nullptr;
}

std::string JoinAnd(const std::vector<std::string>& items, const std::string& last) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : i + 1 < items.size() ? ", " : absl::StrCat(" ", last, " "), items[i]);
  }
  return text;
}

namespace {

std::string Shown(const std::string& text, bool line_breaks) {
  std::string shown;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = [&](size_t at) {
      return i + at < text.size() ? static_cast<unsigned char>(text[i + at]) : static_cast<unsigned char>(0);
    };
    if (c == '\n' || c == '\t') {
      shown += line_breaks ? text[i] : ' ';
      i += 1;
    } else if (c < 0x20 || c == 0x7F) {
      // The Control Pictures of Unicode, U+2400 to U+2421.
      shown += "\xE2\x90";
      shown += static_cast<char>(0x80 + (c == 0x7F ? 0x21 : c));
      i += 1;
    } else if (c == 0xC2 && next(1) >= 0x80 && next(1) <= 0x9F) {
      shown += "\uFFFD";
      i += 2;
    } else if (c == 0xE2 && ((next(1) == 0x80 && next(2) >= 0xA8 && next(2) <= 0xAE) ||
                             (next(1) == 0x81 && next(2) >= 0xA6 && next(2) <= 0xA9))) {
      // U+2028 and U+2029 break lines, U+202A to U+202E and U+2066 to U+2069 turn the direction.
      shown += next(1) == 0x80 && next(2) <= 0xA9 ? " " : "\uFFFD";
      i += 3;
    } else {
      shown += text[i];
      i += 1;
    }
  }
  return shown;
}

}  // namespace

std::string Visible(const std::string& text) { return Shown(text, /*line_breaks=*/true); }
std::string OneLine(const std::string& text) { return Shown(text, /*line_breaks=*/false); }

std::pair<std::string, std::string> SplitSentence(const std::string& text) {
  size_t at = 0;
  while ((at = text.find(". ", at)) != std::string::npos) {
    // "such as e.g." is none.
    if (at + 2 < text.size() && (absl::ascii_isupper(text[at + 2]) || text[at + 2] == '`')) break;
    ++at;
  }
  size_t end = std::min(at == std::string::npos ? text.size() : at + 1, text.find("\n\n"));
  end = std::min(end, text.size());
  return {text.substr(0, end), std::string(absl::StripLeadingAsciiWhitespace(text.substr(end)))};
}

std::string Nearest(const std::string& text, const std::vector<std::string>& known) {
  std::string best;
  size_t least = std::min<size_t>(3, text.size());  // More than two letters apart is another word.
  for (const std::string& each : known) {
    if (const size_t distance = observe::EditDistance(text, each); distance < least) {
      least = distance;
      best = each;
    }
  }
  if (!best.empty() || text.size() < 3) return best;
  const std::vector<std::string> parts = absl::StrSplit(text, absl::ByAnyChar("-_. "), absl::SkipEmpty());
  for (const std::string& each : known) {
    const bool holds =
        std::all_of(parts.begin(), parts.end(), [&](const std::string& part) { return absl::StrContains(each, part); });
    if (holds && !parts.empty() && (best.empty() || each.size() < best.size())) best = each;
  }
  return best;
}

}  // namespace oversight::cli
