#include "gateway/cli/contract.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"

extern "C" {
extern const char oversight_contract_begin[];
extern const char oversight_contract_end[];
}

namespace oversight::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::DynamicMessageFactory;
using google::protobuf::ServiceDescriptor;

struct Parts {
  DescriptorPool pool;
  DynamicMessageFactory factory{&pool};
  std::vector<const ServiceDescriptor*> services;
};

Parts& Get() {
  static Parts* const parts = [] {
    auto* made = new Parts;  // never destroyed: messages may outlive statics
    google::protobuf::FileDescriptorSet set;
    const auto size = static_cast<int>(oversight_contract_end - oversight_contract_begin);
    bool well = set.ParseFromArray(oversight_contract_begin, size);
    for (const auto& file : set.file()) {
      const auto* built = made->pool.BuildFile(file);
      well = well && built != nullptr;
      if (built == nullptr || !absl::StartsWith(built->package(), "oversight.")) continue;
      for (int i = 0; i < built->service_count(); ++i) made->services.push_back(built->service(i));
    }
    if (!well) {
      std::fputs("The contract built into this program cannot be read.\n", stderr);
      std::abort();
    }
    std::sort(made->services.begin(), made->services.end(),
              [](const auto* a, const auto* b) { return a->full_name() < b->full_name(); });
    return made;
  }();
  return *parts;
}

}  // namespace

const DescriptorPool& Contract() { return Get().pool; }

const std::vector<const ServiceDescriptor*>& Services() { return Get().services; }

std::unique_ptr<google::protobuf::Message> NewMessage(const Descriptor& type) {
  return std::unique_ptr<google::protobuf::Message>(Get().factory.GetPrototype(&type)->New());
}

common::v1::FieldRules RulesOf(const google::protobuf::FieldDescriptor& field) {
  // Through bytes, because a descriptor of another pool keeps our extension among its unknown fields.
  google::protobuf::FieldOptions options;
  options.ParseFromString(field.options().SerializeAsString());
  return options.GetExtension(common::v1::rules);
}

namespace internal {

std::string Paragraphs(const std::string& comment) {
  std::string text;
  bool gap = false;
  for (const absl::string_view raw : absl::StrSplit(comment, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty()) {
      gap = true;
      continue;
    }
    absl::StrAppend(&text, text.empty() ? "" : gap ? "\n\n" : " ", line);
    gap = false;
  }
  return text;
}

}  // namespace internal
}  // namespace oversight::cli
