// The flags of every method of the contract: that they are there, are told apart, say what they are, and fill a request
// as JSON does.
#include "gateway/cli/form.h"

#include <random>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/fill.h"
#include "gateway/cli/help.h"
#include "gateway/cli/verb_command.h"
#include "gateway/cli/verbs.h"
#include "gateway/cli/words.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "oversight/common/v1/due_rule.pb.h"
#include "oversight/common/v1/partial_date.pb.h"
#include "oversight/common/v1/read.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"

namespace oversight::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> Names(const Form& form) {
  std::vector<std::string> names;
  for (const FormFlag& flag : form.flags) names.push_back(flag.name);
  return names;
}

Form FormOfVerb(const std::string& word) { return FormOf(*FindVerbs(word).at(0)->method->input_type()); }

// ---- For every method of the contract ----

TEST(Contract, IsThatOfTheGeneratedCode) {
  const auto* generated = forces::v1::CreateForceRequest::descriptor()->file();
  google::protobuf::FileDescriptorProto theirs, ours;
  generated->CopyTo(&theirs);
  generated->CopyJsonNameTo(&theirs);
  Contract().FindFileByName(generated->name())->CopyTo(&ours);
  EXPECT_TRUE(ours.SerializeAsString() == theirs.SerializeAsString());
}

TEST(Contract, CommentsAreParagraphs) {
  EXPECT_EQ(internal::Paragraphs(" One\n two.\n\n\n Three.\n"), "One two.\n\nThree.");
  EXPECT_EQ(internal::Paragraphs(""), "");
}

TEST(EveryMethod, HasAVerbFlagsAndHelp) {
  std::set<std::string> verbs;
  for (const Verb& verb : Verbs()) {
    SCOPED_TRACE(PathOf(*verb.method));
    EXPECT_TRUE(verbs.insert(Written(verb)).second);
    EXPECT_EQ(FindVerbs(Written(verb)), std::vector<const Verb*>{&verb});
    EXPECT_EQ(FindVerbs(absl::StrCat(verb.service, ".", verb.name)), std::vector<const Verb*>{&verb});
    const Command command = CommandOf(verb);
    EXPECT_THAT(command.summary, Not(IsEmpty()));
    EXPECT_THAT(absl::StrCat(command.summary, command.details), Not(HasSubstr("Errors:")));
    std::set<std::string> names, paths;
    for (const auto* specs : {&command.positionals, &command.flags}) {
      for (const FlagSpec& spec : *specs) {
        EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
        if (!spec.also.empty()) {
          EXPECT_TRUE(names.insert(spec.also).second) << spec.also;
        }
        EXPECT_THAT(spec.help, Not(IsEmpty())) << spec.name;
        EXPECT_EQ(spec.name, absl::AsciiStrToLower(spec.name));
      }
    }
    for (const char* general : {"gateway", "as", "json", "timeout", "help", "version"}) {
      EXPECT_EQ(names.count(general), 0u) << general;
    }
    const std::string help = CommandHelp(command, 100);
    EXPECT_THAT(help, HasSubstr(absl::StrCat("oversight ", command.name)));
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(help, '\n'))) {
      EXPECT_LE(line.size(), 130u) << line;
    }
  }
  EXPECT_GE(verbs.size(), 75u);
}

// Every field that a caller may set is a flag, or is part of one.
TEST(EveryMethod, ReachesEveryField) {
  const std::function<void(const Descriptor&, const std::string&, const std::set<std::string>&, const Form&)> walk =
      [&](const Descriptor& type, const std::string& prefix, const std::set<std::string>& paths, const Form& form) {
        for (int i = 0; i < type.field_count(); ++i) {
          const FieldDescriptor& field = *type.field(i);
          const std::string name = field.name() == "fully_consistent" ? "fresh" : Kebab(field.name());
          const std::string path = absl::StrCat(prefix, prefix.empty() ? "" : ".", name);
          const bool is_stamp = (name == "name" || name == "etag") && !prefix.empty();
          if (RulesOf(field).output_only() || name == "update-mask" || name == "minimize-latency" || is_stamp) continue;
          if (paths.count(path) > 0) continue;
          ASSERT_TRUE(IsMessageValue(field) && !field.is_repeated()) << path << " has no flag";
          walk(*field.message_type(), path, paths, form);
        }
      };
  for (const Verb& verb : Verbs()) {
    SCOPED_TRACE(PathOf(*verb.method));
    const Form form = FormOf(*verb.method->input_type());
    std::set<std::string> paths;
    for (const FormFlag& flag : form.flags) paths.insert(flag.path);
    walk(*verb.method->input_type(), "", paths, form);
  }
}

// Makes values of fields, as they are typed and as they are stored.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  bool Coin() { return Below(2) == 0; }
  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  // Sets the field at the end of `path`, and gives what is typed for it.
  std::string Set(Message* message, const std::vector<const FieldDescriptor*>& path) {
    for (size_t i = 0; i + 1 < path.size(); ++i) message = message->GetReflection()->MutableMessage(message, path[i]);
    return Value(message, *path.back());
  }

 private:
  template <class T>
  std::string Store(Message* message, const FieldDescriptor& field, const T& value, const std::string& typed) {
    const auto& reflection = *message->GetReflection();
    Message* target =
        field.is_repeated() ? reflection.AddMessage(message, &field) : reflection.MutableMessage(message, &field);
    const std::unique_ptr<Message> copy(target->New());
    EXPECT_TRUE(copy->ParseFromString(value.SerializeAsString()));
    target->MergeFrom(*copy);
    return typed;
  }

  std::string Value(Message* message, const FieldDescriptor& field) {
    const auto& reflection = *message->GetReflection();
    const bool repeated = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL: {
        const bool yes = Coin();
        repeated ? reflection.AddBool(message, &field, yes) : reflection.SetBool(message, &field, yes);
        return yes ? "true" : "no";
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto& type = *field.enum_type();
        const auto* value = type.value(1 + Below(type.value_count() - 1));
        repeated ? reflection.AddEnum(message, &field, value) : reflection.SetEnum(message, &field, value);
        return absl::StrReplaceAll(Words(type, value->number()), {{" ", "-"}});
      }
      case FieldDescriptor::CPPTYPE_INT32: {
        const int number = Below(1000) - 500;
        repeated ? reflection.AddInt32(message, &field, number) : reflection.SetInt32(message, &field, number);
        return absl::StrCat(number);
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const int64_t number = (int64_t{1} << 40) + Below(1000);
        repeated ? reflection.AddInt64(message, &field, number) : reflection.SetInt64(message, &field, number);
        return absl::StrCat(number);
      }
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(message, field);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return MessageValue(message, field);
      default:
        ADD_FAILURE() << "the contract has numbers of a new kind: " << field.full_name();
        return "";
    }
  }

  std::string Text(Message* message, const FieldDescriptor& field) {
    std::string stored, typed;
    const std::string shapes = RulesOf(field).resource();
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      for (int i = 0; i < 32; ++i) stored += static_cast<char>(Below(256));
      typed = absl::BytesToHexString(stored);
    } else if (field.name() == "etag") {
      typed = absl::StrCat(1 + Below(100));
      stored = absl::StrCat("\"", typed, "\"");
    } else if (!shapes.empty()) {
      // In full, or without the first word where there is one shape: it cannot be missed then.
      const std::vector<std::string> all = absl::StrSplit(shapes, '|');
      std::vector<std::string> parts =
          absl::StrSplit(all[static_cast<size_t>(Below(static_cast<int>(all.size())))], '/');
      for (std::string& part : parts) {
        if (part == "{force}" || part == "{theme}" || part == "{ledger}" || part == "{stage}") {
          part = Coin() ? "kent" : "west-midlands-2";
        } else if (part[0] == '{') {
          part = absl::StrCat(1 + Below(99));
        }
      }
      stored = absl::StrJoin(parts, "/");
      typed = all.size() == 1 && parts.size() > 1 && Coin() ? stored.substr(stored.find('/') + 1) : stored;
    } else {
      static constexpr const char* kTexts[] = {
          "a text",     "-dashed",   "--json", "a=b; c=d",
          "\"quoted\"", "{not json", "[x]",    "caf\xc3\xa9 \xe2\x80\x94 \xf0\x9f\x9a\x93",
          "two\nlines", "@home"};
      stored = kTexts[Below(10)];
      // A name that may be of any kind is taken as it is when it is none.
      typed = stored[0] == '@' ? "@" + stored : stored;
    }
    const auto& reflection = *message->GetReflection();
    field.is_repeated() ? reflection.AddString(message, &field, stored) : reflection.SetString(message, &field, stored);
    return typed;
  }

  std::string MessageValue(Message* message, const FieldDescriptor& field) {
    const std::string& type = field.message_type()->full_name();
    if (type == "oversight.common.v1.PartialDate") {
      common::v1::PartialDate date;
      date.set_year(2000 + Below(30));
      const int form = RulesOf(field).exact_date() ? 2 : Below(4);
      if (form == 3) {
        date.set_part_of_year(common::v1::PART_OF_YEAR_EARLY);
        date.set_published_text(absl::StrCat("early ", date.year()));
        return Store(message, field, date, date.published_text());
      }
      if (form >= 1) date.set_month(10 + Below(3));
      if (form == 2) date.set_day(10 + Below(20));
      return Store(message, field, date,
                   absl::StrCat(date.year(), form >= 1 ? absl::StrCat("-", date.month()) : "",
                                form == 2 ? absl::StrCat("-", date.day()) : ""));
    }
    if (type == "oversight.common.v1.DueRule") {
      common::v1::DueRule rule;
      if (Coin()) {
        rule.set_immediately(true);
        return Store(message, field, rule, "immediately");
      }
      rule.mutable_within()->set_count(2 + Below(20));
      rule.mutable_within()->set_unit(common::v1::DUE_UNIT_MONTHS);
      return Store(message, field, rule, absl::StrCat("within ", rule.within().count(), " months"));
    }
    if (type == "oversight.common.v1.AsOf") {
      common::v1::AsOf as_of;
      as_of.set_revision(1 + Below(100));
      return Store(message, field, as_of, absl::StrCat(as_of.revision()));
    }
    if (type == "google.protobuf.Timestamp") {
      google::protobuf::Timestamp time;
      time.set_seconds(1700000000);
      return Store(message, field, time, "2023-11-14T22:13:20Z");
    }
    if (type == "google.protobuf.Duration") {
      google::protobuf::Duration duration;
      duration.set_seconds(Below(100));
      duration.set_nanos(500000000);
      return Store(message, field, duration, absl::StrCat(duration.seconds(), ".5s"));
    }
    EXPECT_FALSE(IsValueType(*field.message_type())) << type;
    const auto part = NewMessage(*field.message_type());
    const Form form = FormOf(*field.message_type());
    for (const FormFlag& flag : form.flags) {
      if (flag.fields.size() == 1 && !IsMessageValue(flag.field()) && Coin() && !IsInOneof(flag.field())) {
        (void)Set(part.get(), flag.fields);
      }
    }
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(*part, &json).ok());
    return Store(message, field, *part, json);
  }

  static bool IsInOneof(const FieldDescriptor& field) { return field.real_containing_oneof() != nullptr; }

  std::mt19937 random_;
};

TEST(EveryMethod, IsFilledByFlagsAsByJson) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    for (const Verb& verb : Verbs()) {
      SCOPED_TRACE(absl::StrCat(PathOf(*verb.method), " seed ", seed));
      Maker maker(seed);
      const Form form = FormOf(*verb.method->input_type());
      const auto expected = NewMessage(*form.type);
      Arguments arguments;
      std::set<std::string> mask, taken;
      std::set<const google::protobuf::OneofDescriptor*> oneofs;
      for (const FormFlag& flag : form.flags) {
        // A message is given whole or in parts, and one field of a oneof at a time.
        const bool inside = std::any_of(taken.begin(), taken.end(), [&](const std::string& path) {
          return absl::StartsWith(flag.path, path + ".");
        });
        bool second = false;
        for (const FieldDescriptor* field : flag.fields) {
          const auto* oneof = field->real_containing_oneof();
          second |= oneof != nullptr && oneofs.count(oneof) > 0;
        }
        const bool whole = IsMessageValue(flag.field()) && !flag.field().is_repeated();
        if (inside || second || (!flag.positional && (whole ? maker.Below(4) > 0 : !maker.Coin()))) continue;
        for (const FieldDescriptor* field : flag.fields) {
          if (field->real_containing_oneof() != nullptr) oneofs.insert(field->real_containing_oneof());
        }
        if (whole) taken.insert(flag.path);
        const int times = flag.field().is_repeated() ? 1 + maker.Below(3) : 1;
        for (int i = 0; i < times; ++i) arguments.Add(flag.name, maker.Set(expected.get(), flag.fields));
        if (flag.fields[0] != form.changed || flag.positional || flag.field().name() == "etag") continue;
        std::vector<std::string> parts;
        for (size_t i = 1; i < flag.fields.size(); ++i) parts.push_back(flag.fields[i]->name());
        if (!parts.empty()) mask.insert(absl::StrJoin(parts, "."));
        if (!parts.empty()) continue;
        const Message& changed = expected->GetReflection()->GetMessage(*expected, form.changed);
        std::vector<const FieldDescriptor*> fields;
        changed.GetReflection()->ListFields(changed, &fields);
        for (const FieldDescriptor* field : fields) {
          if (field->name() != "name") mask.insert(field->name());
        }
      }
      if (form.mask != nullptr) {
        if (mask.empty()) continue;
        google::protobuf::FieldMask all;
        for (const std::string& path : mask) all.add_paths(path);
        expected->GetReflection()->MutableMessage(expected.get(), form.mask)->ParseFromString(all.SerializeAsString());
      }
      std::string json;
      ASSERT_TRUE(google::protobuf::util::MessageToJsonString(*expected, &json).ok());
      const auto by_json = NewMessage(*form.type);
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, by_json.get()).ok()) << json;

      const Filled filled = Fill(form, arguments);
      EXPECT_THAT(filled.problems, IsEmpty()) << json;
      EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*filled.request, *by_json))
          << filled.request->ShortDebugString() << "\n"
          << by_json->ShortDebugString();
    }
  }
}

// ---- How flags are named ----

TEST(Form, TheResourcesFieldsStandBesideTheRequests) {
  EXPECT_THAT(Names(FormOfVerb("create-office-holder")),
              ElementsAre("parent", "office-holder", "office", "display-name", "title", "acting", "from-date",
                          "to-date", "request-id"));
  EXPECT_THAT(Names(FormOfVerb("create-concern")),
              AllOf(Contains("kind"), Contains("source"), Contains("source.kind"), Contains("source.title"),
                    Contains("title"), Not(Contains("state")), Not(Contains("etag")), Not(Contains("name"))));
  EXPECT_THAT(Names(FormOfVerb("get-force")), ElementsAre("name", "at-least-as-fresh", "fresh", "as-of"));
}

TEST(Form, AnUpdateIsAboutAResourceByItsName) {
  const Form form = FormOfVerb("update-office-holder");
  ASSERT_NE(form.changed, nullptr);
  EXPECT_EQ(form.changed->name(), "office_holder");
  EXPECT_TRUE(form.flags[0].positional);
  EXPECT_EQ(form.flags[0].path, "office-holder.name");
  EXPECT_THAT(Names(form), AllOf(Contains("etag"), Contains("reason"), Not(Contains("update-mask"))));
}

TEST(Form, WithoutANameTheRequiredTextsStandByPosition) {
  const Form form = FormOfVerb("compare-grades");
  EXPECT_TRUE(form.flags[0].positional && form.flags[1].positional);
  EXPECT_THAT(Names(form), ElementsAre("first", "second", "at-least-as-fresh", "fresh", "as-of"));
  EXPECT_TRUE(FormOfVerb("create-force").flags[0].positional);
  EXPECT_EQ(FormOfVerb("create-force").flags[0].name, "force-id");
}

// ---- Shapes that the contract does not have yet ----

class StrangeContract {
 public:
  StrangeContract() {
    google::protobuf::FileDescriptorProto file;
    // Fields as "number name type": a type with a capital is a message, one with * is repeated.
    const auto message = [&](google::protobuf::DescriptorProto* into, const std::string& name,
                             const std::vector<std::string>& fields) {
      into->set_name(name);
      for (const std::string& text : fields) {
        const std::vector<std::string> parts = absl::StrSplit(text, ' ');
        auto* field = into->add_field();
        field->set_name(parts[1]);
        field->set_number(std::stoi(parts[0]));
        const bool repeated = absl::EndsWith(parts[2], "*");
        const std::string type = parts[2].substr(0, parts[2].size() - (repeated ? 1 : 0));
        field->set_label(repeated ? google::protobuf::FieldDescriptorProto::LABEL_REPEATED
                                  : google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
        google::protobuf::FieldDescriptorProto::Type scalar;
        if (google::protobuf::FieldDescriptorProto::Type_Parse("TYPE_" + absl::AsciiStrToUpper(type), &scalar)) {
          field->set_type(scalar);
        } else {
          field->set_type_name(type);
        }
      }
    };
    file.set_name("strange.proto");
    file.set_syntax("proto3");
    const auto add = [&](const std::string& name, const std::vector<std::string>& fields) {
      auto* into = file.add_message_type();
      message(into, name, fields);
      return into;
    };
    add("Thing", {"1 name string", "2 etag string", "3 revision int64", "4 title string", "5 note string"});
    add("Tree", {"1 label string", "2 child Tree", "3 children Tree*"});
    for (int i = 1; i <= 6; ++i) add(absl::StrCat("Level", i), {absl::StrCat("1 below Level", i + 1)});
    add("Level7", {"1 end string"});
    add("CreateThing", {"1 parent string", "2 thing Thing"});
    auto* command = add("Command", {"1 create CreateThing", "2 deep Level1"});
    command->add_oneof_decl()->set_name("act");
    for (auto& field : *command->mutable_field()) field.set_oneof_index(0);
    auto* strange = add("StrangeRequest", {"1 title string", "2 thing Thing", "3 limit string", "4 other Thing",
                                           "5 tree Tree", "6 deep Level1", "7 counts StrangeRequest.CountsEntry*",
                                           "8 commands Command*", "9 this string", "10 that string", "11 sizes uint64*",
                                           "12 ratio double", "13 perhaps bool", "14 sha256 bytes"});
    message(strange->add_nested_type(), "CountsEntry", {"1 key string", "2 value int32"});
    strange->mutable_nested_type(0)->mutable_options()->set_map_entry(true);
    strange->add_oneof_decl()->set_name("either");
    strange->mutable_field(8)->set_oneof_index(0);
    strange->mutable_field(9)->set_oneof_index(0);
    strange->add_oneof_decl()->set_name("_perhaps");
    strange->mutable_field(12)->set_oneof_index(1);
    strange->mutable_field(12)->set_proto3_optional(true);
    request = pool.BuildFile(file)->FindMessageTypeByName("StrangeRequest");
  }
  google::protobuf::DescriptorPool pool;
  const Descriptor* request = nullptr;
};

TEST(StrangeForm, NamesNeverMeet) {
  const StrangeContract strange;
  const Form form = FormOf(*strange.request, {"limit", "json"});
  const std::vector<std::string> names = Names(form);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size()) << absl::StrJoin(names, " ");
  // The request's own field keeps its name; the two resources' fields say whose they are.
  EXPECT_THAT(names, AllOf(Contains("title"), Contains("thing.title"), Contains("other.title"), Contains("thing.note"),
                           Contains("other.note"), Contains("request.limit"), Not(Contains("limit"))));
  EXPECT_THAT(names, AllOf(Contains("label"), Contains("child"), Not(Contains("child.label"))));
}

TEST(StrangeForm, FillsWhatIsStrange) {
  const StrangeContract strange;
  const Form form = FormOf(*strange.request, {"limit"});
  Arguments arguments;
  arguments.Add("request.limit", "a text");
  arguments.Add("child", R"({"label":"leaf","children":[{"label":"below"}]})");
  arguments.Add("below", R"({"below":{"below":{"below":{"below":{"below":{"end":"found"}}}}}})");
  arguments.Add("counts", "key=a; value=1");
  arguments.Add("counts", R"({"b":2})");
  arguments.Add("commands", R"([{"create":{"parent":"x"}},{"deep":{}}])");
  arguments.Add("that", "one");
  arguments.Add("sizes", "18446744073709551615");
  arguments.Add("ratio", "0.5");
  arguments.Add("perhaps", "no");
  arguments.Add("sha256", std::string(64, 'a'));
  const Filled filled = Fill(form, arguments);
  EXPECT_THAT(filled.problems, IsEmpty());
  const auto expected = NewMessage(*strange.request);
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  absl::StrCat(R"({"limit":"a text","tree":{"child":{"label":"leaf","children":[{"label":"below"}]}},)",
                               R"("deep":{"below":{"below":{"below":{"below":{"below":{"below":{"end":"found"}}}}}}},)",
                               R"("counts":{"a":1,"b":2},"commands":[{"create":{"parent":"x"}},{"deep":{}}],)",
                               R"("that":"one","sizes":["18446744073709551615"],"ratio":0.5,"perhaps":false,)",
                               R"("sha256":")", absl::Base64Escape(std::string(32, '\xaa')), "\"}"),
                  expected.get())
                  .ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*filled.request, *expected))
      << filled.request->ShortDebugString() << "\n"
      << expected->ShortDebugString();
}

TEST(StrangeForm, OneOfSeveralIsOne) {
  const StrangeContract strange;
  const Form form = FormOf(*strange.request);
  Arguments arguments;
  arguments.Add("this", "a");
  arguments.Add("that", "b");
  EXPECT_THAT(Fill(form, arguments).problems, ElementsAre("--that: does not go together with --this"));
}

// ---- Filling ----

std::string FilledJson(const std::string& verb, const std::vector<std::pair<std::string, std::string>>& given) {
  Arguments arguments;
  for (const auto& [name, value] : given) arguments.Add(name, value);
  const Filled filled = Fill(FormOfVerb(verb), arguments);
  if (!filled.problems.empty()) return absl::StrJoin(filled.problems, "\n");
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(*filled.request, &json).ok());
  return json;
}

TEST(Fill, AnUpdateChangesWhatItsFlagsName) {
  EXPECT_EQ(FilledJson("update-concern", {{"name", "kent/1"}, {"title", "New"}, {"source.kind", "revisit"}}),
            R"({"concern":{"name":"forces/kent/concerns/1","title":"New","source":{"kind":"SOURCE_KIND_REVISIT"}},)"
            R"("updateMask":"source.kind,title"})");
  // An empty value clears, and no is a value.
  EXPECT_EQ(FilledJson("update-office-holder",
                       {{"name", "kent/1"}, {"to-date", ""}, {"acting", "no"}, {"reason", "A slip"}, {"etag", "4"}}),
            R"({"officeHolder":{"name":"forces/kent/officeHolders/1","etag":"\"4\""},"updateMask":"acting,toDate",)"
            R"("reason":"A slip"})");
  EXPECT_EQ(
      FilledJson("update-concern", {{"name", "kent/1"}, {"source", "kind=revisit; title=R"}, {"source.title", "T"}}),
      R"({"concern":{"name":"forces/kent/concerns/1","source":{"kind":"SOURCE_KIND_REVISIT","title":"T"}},)"
      R"("updateMask":"source"})");
  EXPECT_EQ(
      FilledJson("update-concern", {{"name", "kent/1"}, {"source", "kind=revisit; title=R"}, {"source.title", ""}}),
      R"({"concern":{"name":"forces/kent/concerns/1","source":{"kind":"SOURCE_KIND_REVISIT"}},"updateMask":"source"})");
  EXPECT_THAT(FilledJson("update-concern", {{"name", "kent/1"}}), HasSubstr("Nothing is to be changed"));
  EXPECT_THAT(FilledJson("update-concern", {{"name", "kent/1"}, {"etag", "4"}}), HasSubstr("Nothing is to be changed"));
}

TEST(Fill, ListsAreOfAllUnlessAParentIsNamed) {
  EXPECT_EQ(FilledJson("list-recommendations", {}), R"({"parent":"forces/-/concerns/-"})");
  EXPECT_EQ(FilledJson("list-recommendations", {{"parent", "kent"}}), R"({"parent":"forces/kent/concerns/-"})");
  // Each ledger is another service's; there is none for all.
  EXPECT_EQ(FilledJson("list-redactions", {}), "{}");
  EXPECT_TRUE(CommandOf(*FindVerbs("list-redactions")[0]).positionals[0].required);
  EXPECT_FALSE(CommandOf(*FindVerbs("list-concerns")[0]).positionals[0].required);
  // Where none is a meaning of its own, it stays so.
  EXPECT_EQ(FilledJson("list-inspections", {}), "{}");
}

TEST(Fill, NamesAreTakenFromTheOneBeside) {
  EXPECT_EQ(FilledJson("record-response", {{"name", "kent/2/1"}, {"also-serves", "3/1"}}),
            R"({"name":"forces/kent/inspections/2/responseDuties/1",)"
            R"("alsoServes":"forces/kent/inspections/3/responseDuties/1"})");
  // Of a name the contract does not tell the kind of, any resource may be meant.
  EXPECT_EQ(FilledJson("concerns.list-allowed-actions", {{"name", "kent/concerns/1"}}),
            R"({"name":"forces/kent/concerns/1"})");
}

TEST(Fill, EveryProblemNamesItsFlag) {
  EXPECT_EQ(FilledJson("create-office-holder",
                       {{"parent", "Kent!"}, {"office", "boss"}, {"display-name", ""}, {"from-date", "soon"}})
                .substr(0, 22),
            "FORCE: \"Kent!\" is no n");
  EXPECT_THAT(FilledJson("create-office-holder", {{"office", "boss"}, {"display-name", ""}, {"from-date", "soon"}}),
              AllOf(HasSubstr("--office: there is no \"boss\""), HasSubstr("--display-name: must not be empty"),
                    HasSubstr("--from-date: \"soon\"")));
  EXPECT_THAT(FilledJson("update-force", {{"name", "kent"}, {"aliases", "a"}, {"aliases", ""}}),
              HasSubstr("--aliases: an empty value clears it"));
}

TEST(Fill, FieldsOfErrorsAreToldByTheirFlags) {
  const Form concern = FormOfVerb("create-concern");
  EXPECT_EQ(FlagOfField(concern, "concern.source.title"), "--source.title");
  EXPECT_EQ(FlagOfField(concern, "concern.found_date.month"), "--found-date, month");
  EXPECT_EQ(FlagOfField(concern, "parent"), "FORCE");
  EXPECT_EQ(FlagOfField(concern, "nothing"), "nothing");
  EXPECT_EQ(FlagOfField(FormOfVerb("create-proposal"), "proposal.reasons[2].text"),
            "--reasons, the value number 3, text");
}

// ---- Help ----

TEST(VerbHelp, IsMadeFromTheComments) {
  const std::string help = CommandHelp(CommandOf(*FindVerbs("rename-force")[0]), 100);
  EXPECT_THAT(help, HasSubstr("oversight rename-force FORCE --display-name=TEXT --from-date=DATE [flags]\n\n"
                              "Gives a force a new name from a day on.\n\nThe old one stays"));
  EXPECT_THAT(help, HasSubstr("--display-name=TEXT\n      The new name. At most 200 characters.\n"));
  EXPECT_THAT(help, HasSubstr("FORCE_ENDED         the force was merged or abolished"));
  EXPECT_THAT(help, HasSubstr("Errors:\n  NOT_FOUND RESOURCE_NOT_FOUND, FAILED_PRECONDITION FORCE_ENDED"));
  const std::string create = CommandHelp(CommandOf(*FindVerbs("create-office-holder")[0]), 100);
  EXPECT_THAT(create, HasSubstr("One of chief-officer, hm-inspector, liaison-lead or force-liaison."));
  EXPECT_THAT(create, Not(HasSubstr("`name` is ignored")));
}

TEST(VerbHelp, ListsVerbsByServiceAndByWord) {
  const std::string all = VerbList("", 100);
  for (const Verb& verb : Verbs()) EXPECT_THAT(all, HasSubstr(absl::StrCat("\n  ", Written(verb), " ")));
  const std::string some = VerbList("duty", 100);
  EXPECT_THAT(some, AllOf(HasSubstr("forces\n"), HasSubstr("get-response-duty"), HasSubstr("list-response-duties"),
                          Not(HasSubstr("rename-force"))));
  EXPECT_EQ(VerbList("no such word", 100), "");
}

}  // namespace
}  // namespace oversight::cli
