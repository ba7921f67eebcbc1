#include "gateway/http/rest_paths.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "oversight/common/v1/validation.pb.h"

namespace oversight::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

// The shapes of the resource names that a field takes; none when its rule names none.
std::vector<std::string> PatternsOf(const FieldDescriptor& field) {
  std::vector<std::string> patterns =
      absl::StrSplit(field.options().GetExtension(common::v1::rules).resource(), '|', absl::SkipWhitespace());
  for (std::string& pattern : patterns) absl::StripAsciiWhitespace(&pattern);
  return patterns;
}

std::string LowerFirst(std::string text) {
  if (!text.empty()) text[0] = absl::ascii_tolower(static_cast<unsigned char>(text[0]));
  return text;
}

// {office_holder} -> OfficeHolder; "" when the pattern ends in no variable.
std::string LastVariable(const std::string& pattern) {
  const std::string last = pattern.substr(pattern.rfind('/') + 1);
  if (last.size() < 3 || last.front() != '{') return "";
  std::string pascal;
  bool up = true;
  for (const char c : last.substr(1, last.size() - 2)) {
    if (c == '_') {
      up = true;
    } else {
      pascal += up ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c;
      up = false;
    }
  }
  return pascal;
}

// The field that says what is asked for: the first of these that there is.
const FieldDescriptor* SubjectOf(const Descriptor& request) {
  for (const char* name : {"name", "parent", "force"}) {
    const FieldDescriptor* field = request.FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return field;
  }
  return nullptr;
}

// The shapes of the names of what an answer holds, one or many; none when that has no names.
std::vector<std::string> PatternsOfAnswer(const Descriptor& response, bool many) {
  for (int i = 0; i < response.field_count(); ++i) {
    const FieldDescriptor* field = response.field(i);
    if (field->is_repeated() != many || field->message_type() == nullptr) continue;
    const FieldDescriptor* name = field->message_type()->FindFieldByName("name");
    if (name != nullptr) return PatternsOf(*name);
  }
  return {};
}

// Whether `collection` is of what `parent` has, one segment below it: forces/{force} and forces/{force}/concerns.
bool IsBelow(const std::string& collection, const std::string& parent) {
  return absl::StartsWith(collection, parent + "/") && collection.rfind('/') == parent.size();
}

std::string CollectionOf(const std::string& pattern) { return pattern.substr(0, pattern.rfind('/')); }

// Whether a path has the shape: segment by segment, a variable taking any one.
bool Matches(absl::string_view pattern, absl::string_view path) {
  const std::vector<absl::string_view> wanted = absl::StrSplit(pattern, '/'), given = absl::StrSplit(path, '/');
  if (wanted.size() != given.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].front() == '{' ? given[i].empty() : wanted[i] != given[i]) return false;
  }
  return true;
}

}  // namespace

RestPaths::RestPaths(const Routes& routes) {
  for (const Route* route : routes.All()) {
    if (!route->method->server_streaming() && !route->method->client_streaming()) Add(route->method);
  }
  // A shape with fewer variables is the closer one.
  std::stable_sort(paths_.begin(), paths_.end(), [](const RestPath& a, const RestPath& b) {
    return std::count(a.pattern.begin(), a.pattern.end(), '{') < std::count(b.pattern.begin(), b.pattern.end(), '{');
  });
}

void RestPaths::Add(const MethodDescriptor* method) {
  const bool list = absl::StartsWith(method->name(), "List"), search = absl::StartsWith(method->name(), "Search");
  if (!list && !search && !absl::StartsWith(method->name(), "Get")) return;
  // A search is called by its whole name: `search`, `forces/{force}:searchConcerns`.
  const std::string rest = method->name().substr(search ? 0 : list ? 4 : 3);
  const std::vector<std::string> answers = PatternsOfAnswer(*method->output_type(), list);
  const FieldDescriptor* subject = SubjectOf(*method->input_type());
  if (subject == nullptr) {
    const bool top = list && answers.size() == 1 && std::count(answers[0].begin(), answers[0].end(), '/') == 1;
    paths_.push_back({top ? CollectionOf(answers[0]) : LowerFirst(rest), method, nullptr, false});
    return;
  }
  // What need not be about one resource is there of all: `attention` beside `forces/{force}:attention`.
  if (!subject->options().GetExtension(common::v1::rules).required())
    paths_.push_back({LowerFirst(rest), method, nullptr, false});
  // One whose subject may have any shape has no path.
  for (const std::string& pattern : PatternsOf(*subject)) {
    if (!list && std::count(answers.begin(), answers.end(), pattern) > 0) {
      paths_.push_back({pattern, method, subject, false});
      continue;
    }
    const auto listed = std::find_if(answers.begin(), answers.end(), [&](const std::string& answer) {
      return list && subject->name() == "parent" && IsBelow(CollectionOf(answer), pattern);
    });
    if (listed != answers.end()) {
      paths_.push_back({CollectionOf(*listed), method, subject, true});
      continue;
    }
    const std::string view(absl::StripPrefix(rest, LastVariable(pattern)));
    paths_.push_back({absl::StrCat(pattern, ":", LowerFirst(view.empty() ? rest : view)), method, subject, false});
  }
}

std::optional<RestMatch> RestPaths::Find(std::string_view path) const {
  const size_t colon = path.rfind(':');
  const std::string view(colon == std::string_view::npos ? "" : path.substr(colon));
  const std::string plain(path.substr(0, colon));
  for (const RestPath& candidate : paths_) {
    absl::string_view pattern = candidate.pattern;
    const size_t mark = pattern.rfind(':');
    const absl::string_view its_view = mark == absl::string_view::npos ? absl::string_view() : pattern.substr(mark);
    if (its_view != absl::string_view(view) || !Matches(pattern.substr(0, mark), plain)) continue;
    return RestMatch{&candidate, candidate.collection ? plain.substr(0, plain.rfind('/')) : plain};
  }
  return std::nullopt;
}

}  // namespace oversight::gateway
