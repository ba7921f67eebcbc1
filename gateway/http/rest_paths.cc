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

std::string PatternOf(const FieldDescriptor& field) {
  return field.options().GetExtension(common::v1::rules).resource();
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

// The field that says what is asked for: the first of these that is a resource name.
const FieldDescriptor* SubjectOf(const Descriptor& request) {
  for (const char* name : {"name", "parent", "force"}) {
    const FieldDescriptor* field = request.FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() && !PatternOf(*field).empty()) return field;
  }
  return nullptr;
}

// The pattern of the names of what an answer holds, one or many; "" when that has none.
std::string PatternOfAnswer(const Descriptor& response, bool many) {
  for (int i = 0; i < response.field_count(); ++i) {
    const FieldDescriptor* field = response.field(i);
    if (field->is_repeated() != many || field->message_type() == nullptr) continue;
    const FieldDescriptor* name = field->message_type()->FindFieldByName("name");
    if (name != nullptr) return PatternOf(*name);
  }
  return "";
}

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
  const bool list = absl::StartsWith(method->name(), "List");
  if (!list && !absl::StartsWith(method->name(), "Get")) return;
  const std::string rest = method->name().substr(list ? 4 : 3);
  const std::string answer = PatternOfAnswer(*method->output_type(), list);
  const FieldDescriptor* subject = SubjectOf(*method->input_type());
  if (subject == nullptr) {
    const bool top = list && std::count(answer.begin(), answer.end(), '/') == 1;
    paths_.push_back({top ? answer.substr(0, answer.find('/')) : LowerFirst(rest), method, nullptr, false});
    return;
  }
  for (absl::string_view shape : absl::StrSplit(PatternOf(*subject), '|')) {
    const std::string pattern(absl::StripAsciiWhitespace(shape));
    if (!list && answer == pattern) {
      paths_.push_back({pattern, method, subject, false});
      continue;
    }
    // forces/{force}/concerns/{concern} is what forces/{force}/concerns lists.
    const std::string collection = answer.substr(0, answer.rfind('/'));
    if (list && subject->name() == "parent" && absl::StartsWith(collection, pattern + "/") &&
        collection.rfind('/') == pattern.size()) {
      paths_.push_back({collection, method, subject, true});
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
