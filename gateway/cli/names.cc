#include "gateway/cli/names.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/rpc/resource_pattern.h"
#include "gateway/cli/words.h"

namespace oversight::cli {
namespace {

using Segments = std::vector<std::string>;

Segments Split(const std::string& text) { return text.empty() ? Segments() : Segments(absl::StrSplit(text, '/')); }

bool IsVariable(const std::string& segment) { return segment.size() > 2 && segment.front() == '{'; }

// The names found so far, and how many words of the shape `text` left out for them: the fewer, the likelier meant.
struct Found {
  size_t omitted = ~size_t{0};
  std::set<std::string> names;

  void Add(const std::string& name, size_t words_omitted) {
    if (words_omitted < omitted) names.clear();
    if (words_omitted > omitted) return;
    omitted = words_omitted;
    names.insert(name);
  }
};

class Aligner {
 public:
  Aligner(const std::string& shape, bool wildcard, Found& found)
      : shape_(Split(shape)), pattern_(shape), wildcard_(wildcard), found_(found) {}

  void Run(const Segments& text) {
    Segments name;
    Step(text, 0, 0, 0, name);
  }

 private:
  void Step(const Segments& text, size_t at, size_t in_shape, size_t omitted, Segments& name) {
    if (in_shape == shape_.size()) {
      if (at != text.size()) return;
      const std::string joined = absl::StrJoin(name, "/");
      if (pattern_.Matches(joined, wildcard_)) found_.Add(joined, omitted);
      return;
    }
    const std::string& segment = shape_[in_shape];
    const auto take = [&](const std::string& part, size_t used, size_t left_out) {
      name.push_back(part);
      Step(text, at + used, in_shape + 1, omitted + left_out, name);
      name.pop_back();
    };
    if (IsVariable(segment)) {
      if (at < text.size()) {
        take(text[at], 1, 0);
      } else if (wildcard_) {
        take("-", 0, 1);
      }
      return;
    }
    if (at < text.size() && text[at] == segment) take(segment, 1, 0);
    take(segment, 0, 1);
  }

  const Segments shape_;
  const rpc::ResourcePattern pattern_;
  const bool wildcard_;
  Found& found_;
};

}  // namespace

absl::StatusOr<std::string> CompleteName(const std::string& shapes, const std::string& text,
                                         const NameContext& context) {
  const auto fits = [&](const Segments& segments) {
    Found found;
    for (const absl::string_view shape : absl::StrSplit(shapes, '|')) {
      Aligner(std::string(shape), context.wildcard, found).Run(segments);
    }
    return found;
  };
  const Segments given = Split(text);
  Found found = fits(given);
  // What is missing in front stands in the name beside, whole or in part. A name written in full is not doubted.
  for (Segments front = Split(context.beside); found.omitted > 0 && !front.empty(); front.pop_back()) {
    Segments both = front;
    both.insert(both.end(), given.begin(), given.end());
    const Found more = fits(both);
    found.names.insert(more.names.begin(), more.names.end());
    if (!more.names.empty()) break;
  }
  if (found.names.size() == 1) return *found.names.begin();
  if (found.names.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no name that fits here: it ",
                                                   rpc::ResourcePattern(shapes).Explain(context.wildcard)));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" may be ", JoinAnd({found.names.begin(), found.names.end()}, "or"), ": write which"));
}

std::string ShortForm(const std::string& shapes) {
  std::vector<std::string> forms;
  for (const absl::string_view shape : absl::StrSplit(shapes, '|')) {
    std::vector<std::string> parts;
    for (const std::string& segment : Split(std::string(shape))) {
      if (IsVariable(segment)) parts.push_back(absl::AsciiStrToUpper(segment.substr(1, segment.size() - 2)));
    }
    forms.push_back(absl::StrJoin(parts, "/"));
  }
  return absl::StrJoin(forms, " or ");
}

std::string ShortExample(const std::string& shapes) {
  static const auto* const kExamples = new std::map<std::string, std::string>{
      {"{force}", "kent"}, {"{theme}", "investigations"}, {"{ledger}", "forces"}, {"{stage}", "engage"}};
  std::vector<std::string> examples;
  for (const absl::string_view shape : absl::StrSplit(shapes, '|')) {
    Segments words;
    for (const std::string& segment : Split(std::string(shape))) {
      const auto example = kExamples->find(segment);
      if (!IsVariable(segment)) {
        // The first word says nothing that the rest does not, unless a number is all there is.
        if (!words.empty() || segment == "nationalRecommendations" || segment == "nationalInspections") {
          words.push_back(segment);
        }
      } else {
        words.push_back(example == kExamples->end() ? "1" : example->second);
      }
    }
    examples.push_back(absl::StrJoin(words, "/"));
  }
  return JoinAnd(examples, "or");
}

}  // namespace oversight::cli
