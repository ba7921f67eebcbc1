#include "gateway/http/openapi.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/contract.h"
#include "gateway/cli/words.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"

namespace oversight::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::Struct;
using google::protobuf::Value;

// ---- JSON as values ----

Value Text(const std::string& text) {
  Value value;
  value.set_string_value(text);
  return value;
}
Value Number(double number) {
  Value value;
  value.set_number_value(number);
  return value;
}
Value Flag(bool flag) {
  Value value;
  value.set_bool_value(flag);
  return value;
}
Value Object(std::vector<std::pair<std::string, Value>> fields) {
  Value value;
  auto& object = *value.mutable_struct_value()->mutable_fields();
  for (auto& [name, field] : fields) object[name] = std::move(field);
  return value;
}
Value Array(std::vector<Value> items) {
  Value value;
  value.mutable_list_value();
  for (auto& item : items) *value.mutable_list_value()->add_values() = std::move(item);
  return value;
}
void Put(Value& object, const std::string& name, Value value) {
  (*object.mutable_struct_value()->mutable_fields())[name] = std::move(value);
}

// The same bytes in every process: the fields of an object come in the order of the alphabet.
std::string ToJson(const Struct& document) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    document.SerializeToCodedStream(&coded);
  }
  const std::unique_ptr<google::protobuf::util::TypeResolver> types(
      google::protobuf::util::NewTypeResolverForDescriptorPool("type.googleapis.com",
                                                               google::protobuf::DescriptorPool::generated_pool()));
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      types.get(), "type.googleapis.com/google.protobuf.Struct", bytes, &json);
  return status.ok() ? json : "{}";
}

// ---- Schemas ----

constexpr char kSchemas[] = "#/components/schemas/";

Value Reference(const std::string& name) { return Object({{"$ref", Text(kSchemas + name)}}); }

// What stands for a value in JSON otherwise than as an object of its fields; nothing for other messages.
bool Special(const Descriptor& type, Value& schema) {
  const std::string& name = type.full_name();
  if (name == "google.protobuf.Timestamp") {
    schema = Object({{"type", Text("string")}, {"format", Text("date-time")}});
  } else if (name == "google.protobuf.Duration") {
    schema = Object({{"type", Text("string")}, {"pattern", Text("^-?[0-9]+(\\.[0-9]+)?s$")}});
  } else if (name == "google.protobuf.FieldMask") {
    schema = Object({{"type", Text("string")}});
  } else if (name == "google.protobuf.Any") {
    schema = Object({{"type", Text("object")},
                     {"properties", Object({{"@type", Object({{"type", Text("string")}})}})},
                     {"additionalProperties", Flag(true)}});
  } else if (name == "google.protobuf.Struct") {
    schema = Object({{"type", Text("object")}, {"additionalProperties", Flag(true)}});
  } else {
    return false;
  }
  return true;
}

Value EnumSchema(const EnumDescriptor& type) {
  std::vector<Value> names;
  for (int i = 0; i < type.value_count(); ++i) names.push_back(Text(type.value(i)->name()));
  return Object({{"type", Text("string")}, {"enum", Array(std::move(names))}});
}

// The meaning of an enum's values, as Markdown has lists.
std::string EnumText(const EnumDescriptor& type) {
  std::string text = cli::CommentOf(type);
  for (int i = 0; i < type.value_count(); ++i) {
    absl::StrAppend(&text, i == 0 ? "\n\n" : "\n", "- `", type.value(i)->name(), "`: ", cli::CommentOf(*type.value(i)));
  }
  return text;
}

// Schemas of the messages that answers hold, each once.
class Schemas {
 public:
  // Of one value of a field.
  Value Of(const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return field.type() == FieldDescriptor::TYPE_BYTES
                   ? Object({{"type", Text("string")}, {"format", Text("byte")}})
                   : Object({{"type", Text("string")}});
      case FieldDescriptor::CPPTYPE_BOOL:
        return Object({{"type", Text("boolean")}});
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        return Object({{"type", Text("integer")}, {"format", Text("int32")}});
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
        return Object({{"type", Text("string")}, {"format", Text("int64")}});
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Object({{"type", Text("number")}, {"format", Text("double")}});
      case FieldDescriptor::CPPTYPE_ENUM:
        Add(*field.enum_type());
        return Reference(field.enum_type()->full_name());
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Of(*field.message_type());
    }
    return Object({});
  }
  Value Of(const Descriptor& type) {
    Value special;
    if (Special(type, special)) return special;
    Add(type);
    return Reference(type.full_name());
  }
  Value Take() {
    Value value;
    value.mutable_struct_value()->Swap(&made_);
    return value;
  }

 private:
  void Add(const EnumDescriptor& type) {
    if (!known_.insert(type.full_name()).second) return;
    Value schema = EnumSchema(type);
    Put(schema, "description", Text(EnumText(type)));
    (*made_.mutable_fields())[type.full_name()] = std::move(schema);
  }
  void Add(const Descriptor& type) {
    if (!known_.insert(type.full_name()).second) return;
    Value properties = Object({});
    properties.mutable_struct_value();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      Value schema;
      if (field.is_map()) {
        schema = Object({{"type", Text("object")}, {"additionalProperties", Of(*field.message_type()->field(1))}});
      } else if (field.is_repeated()) {
        schema = Object({{"type", Text("array")}, {"items", Of(field)}});
      } else {
        schema = Of(field);
        // What stands beside a reference is not read.
        if (schema.struct_value().fields().count("$ref") > 0) schema = Object({{"allOf", Array({schema})}});
      }
      Put(schema, "description", Text(cli::CommentOf(field)));
      Put(properties, field.json_name(), std::move(schema));
    }
    (*made_.mutable_fields())[type.full_name()] = Object(
        {{"type", Text("object")}, {"description", Text(cli::CommentOf(type))}, {"properties", std::move(properties)}});
  }

  Struct made_;
  std::set<std::string> known_;
};

// ---- Parameters ----

// The fields of a request as the parameters of an address, deeper ones with dots; `subject` is in the path.
void AddParameters(const Descriptor& type, const std::string& prefix, const std::string& subject, int depth,
                   Schemas& schemas, std::vector<Value>& parameters) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (prefix.empty() && field.name() == subject) continue;
    const common::v1::FieldRules rules = cli::RulesOf(field);
    const std::string name = absl::StrCat(prefix, field.json_name());
    Value schema;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field.message_type()->full_name() == "oversight.common.v1.PartialDate") {
        schema = Object({{"type", Text("string")}, {"example", Text("2024-06-01")}});
      } else if (!Special(*field.message_type(), schema)) {
        // Lists of messages cannot be written in an address.
        if (!field.is_repeated() && depth < 3) {
          AddParameters(*field.message_type(), name + ".", subject, depth + 1, schemas, parameters);
        }
        continue;
      }
    } else {
      schema = schemas.Of(field);
      if (rules.max_length() > 0 && field.type() == FieldDescriptor::TYPE_STRING) {
        Put(schema, "maxLength", Number(rules.max_length()));
      }
      if (rules.has_minimum()) Put(schema, "minimum", Number(static_cast<double>(rules.minimum())));
      if (rules.has_maximum()) Put(schema, "maximum", Number(static_cast<double>(rules.maximum())));
    }
    if (field.is_repeated()) schema = Object({{"type", Text("array")}, {"items", std::move(schema)}});
    Value parameter = Object({{"name", Text(name)},
                              {"in", Text("query")},
                              {"description", Text(cli::CommentOf(field))},
                              {"schema", std::move(schema)}});
    if (rules.required() && prefix.empty()) Put(parameter, "required", Flag(true));
    parameters.push_back(std::move(parameter));
  }
}

// The variables of a pattern, "forces/{force}/concerns" -> "force".
std::vector<Value> PathParameters(const std::string& pattern) {
  std::vector<Value> parameters;
  for (size_t at = pattern.find('{'); at != std::string::npos; at = pattern.find('{', at + 1)) {
    const std::string name = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
    parameters.push_back(Object(
        {{"name", Text(name)},
         {"in", Text("path")},
         {"required", Flag(true)},
         {"description", Text(absl::StrCat("The id of the ", cli::Spaced(name), ". Of a list `-` stands for any."))},
         {"schema", Object({{"type", Text("string")}})}}));
  }
  return parameters;
}

// ---- Operations ----

std::string ContentType(const std::string& format) {
  if (format == "csv") return "text/csv";
  if (format == "jsonl") return "application/jsonl";
  if (format == "ics") return "text/calendar";
  return "application/atom+xml";
}

Value Answer(const std::string& description, const std::string& type, Value schema) {
  return Object(
      {{"description", Text(description)}, {"content", Object({{type, Object({{"schema", std::move(schema)}})}})}});
}

class Document {
 public:
  explicit Document(OpenApiCallers callers) : callers_(callers), paths_(Object({})) {}

  void Add(const RestPath& path, const std::vector<std::string>& formats) {
    const MethodDescriptor* method = cli::Contract().FindMethodByName(path.method->full_name());
    if (method == nullptr) return;
    AddOperation(path, *method, "", "");
    for (const std::string& format : formats) AddOperation(path, *method, "." + format, format);
  }

  // What is at a path of its own.
  void AddFixed(const std::string& path, const std::string& id, const std::string& summary,
                std::vector<Value> parameters, const std::string& type, Value schema) {
    Put(paths_, path,
        Object({{"get", Object({{"operationId", Text(id)},
                                {"summary", Text(summary)},
                                {"tags", Array({Text("HTTP")})},
                                {"parameters", Array(std::move(parameters))},
                                {"responses", Object({{"200", Answer("The answer.", type, std::move(schema))},
                                                      {"default", ErrorReference()}})}})}}));
  }

  std::string End() {
    Value schemas = schemas_.Take();
    Put(schemas, "Error", ErrorSchema());
    const bool insecure = callers_ == OpenApiCallers::kInsecure;
    const std::string scheme = insecure ? "principal" : "token";
    Value security =
        insecure ? Object({{"type", Text("apiKey")},
                           {"in", Text("header")},
                           {"name", Text("oversight-principal")},
                           {"description", Text("Insecure mode: callers name themselves. Without it, the public.")}})
                 : Object({{"type", Text("http")},
                           {"scheme", Text("bearer")},
                           {"description", Text("A token of the issuer. Without one, the public.")}});
    Value document = Object({
        {"openapi", Text("3.0.3")},
        {"info",
         Object(
             {{"title", Text("Oversight")},
              {"version", Text("v1")},
              {"description",
               Text("What can be read of Oversight over HTTP, at the names of the resources. Answers have an `ETag`; "
                    "with `If-None-Match` nothing is sent while they are the same. Commands are RPCs: POST them to "
                    "`/<package>.<Service>/<Method>` by the Connect protocol. Who may see what is decided by the "
                    "services, and the same for every way to ask.")}})},
        {"servers", Array({Object({{"url", Text("/")}})})},
        {"security", Array({Object({}), Object({{scheme, Array({})}})})},
        {"paths", std::move(paths_)},
        {"components",
         Object({{"schemas", std::move(schemas)},
                 {"responses", Object({{"Error", Answer("Why there is no answer, as Google's APIs say it (AIP-193).",
                                                        "application/json", Reference("Error"))}})},
                 {"securitySchemes", Object({{scheme, std::move(security)}})}})},
    });
    return ToJson(document.struct_value());
  }

 private:
  static Value ErrorReference() { return Object({{"$ref", Text("#/components/responses/Error")}}); }
  static Value ErrorSchema() {
    const auto text = [](const char* what) { return Object({{"type", Text("string")}, {"description", Text(what)}}); };
    Value any;
    Special(*google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName("google.protobuf.Any"), any);
    return Object(
        {{"type", Text("object")},
         {"required", Array({Text("error")})},
         {"properties",
          Object(
              {{"error",
                Object(
                    {{"type", Text("object")},
                     {"required", Array({Text("code"), Text("message"), Text("status")})},
                     {"properties",
                      Object({{"code", Object({{"type", Text("integer")}, {"description", Text("The HTTP status.")}})},
                              {"message", text("What is wrong, for people.")},
                              {"status", text("The code of gRPC, such as NOT_FOUND.")},
                              {"details",
                               Object({{"type", Text("array")},
                                       {"items", std::move(any)},
                                       {"description",
                                        Text("google.rpc.ErrorInfo with the reason, and of bad input "
                                             "google.rpc.BadRequest with everything that is wrong.")}})}})}})}})}});
  }

  void AddOperation(const RestPath& path, const MethodDescriptor& method, const std::string& ending,
                    const std::string& format) {
    // A method may be at several paths; the id of each is its own.
    std::string id = absl::StrCat(method.service()->name(), "_", method.name(), format.empty() ? "" : "_", format);
    for (int n = 2; !ids_.insert(id).second; ++n) {
      id = absl::StrCat(method.service()->name(), "_", method.name(), "_", n, format.empty() ? "" : "_", format);
    }
    std::vector<Value> parameters = PathParameters(path.pattern);
    AddParameters(*method.input_type(), "", path.subject == nullptr ? "" : path.subject->name(), 0, schemas_,
                  parameters);
    const auto [summary, description] = cli::SplitSentence(cli::CommentOf(method));
    Value responses = Object({{"default", ErrorReference()}});
    if (format.empty()) {
      parameters.push_back(Object({{"name", Text("If-None-Match")},
                                   {"in", Text("header")},
                                   {"description", Text("The ETag of an earlier answer.")},
                                   {"schema", Object({{"type", Text("string")}})}}));
      Put(responses, "200", Answer("The answer.", "application/json", schemas_.Of(*method.output_type())));
      Put(responses, "304", Object({{"description", Text("The same as the answer with that ETag.")}}));
    } else {
      Put(responses, "200", Answer("The list, whole.", ContentType(format), Object({{"type", Text("string")}})));
    }
    Value operation = Object({{"operationId", Text(id)},
                              {"summary", Text(format.empty() ? summary : absl::StrCat(summary, " As ", format, "."))},
                              {"tags", Array({Text(method.service()->name())})},
                              {"parameters", Array(std::move(parameters))},
                              {"responses", std::move(responses)}});
    if (!description.empty()) Put(operation, "description", Text(description));
    Put(paths_, absl::StrCat("/v1/", path.pattern, ending), Object({{"get", std::move(operation)}}));
  }

  const OpenApiCallers callers_;
  Schemas schemas_;
  Value paths_;
  std::set<std::string> ids_;
};

Value Parameter(const char* name, const char* in, const char* description) {
  return Object({{"name", Text(name)},
                 {"in", Text(in)},
                 {"description", Text(description)},
                 {"schema", Object({{"type", Text("string")}})}});
}

}  // namespace

std::string OpenApiJson(const RestPaths& paths, OpenApiCallers callers,
                        const std::function<std::vector<std::string>(const MethodDescriptor&)>& formats) {
  Document document(callers);
  for (const RestPath& path : paths.all()) document.Add(path, formats(*path.method));
  document.AddFixed(
      "/v1/events", "Events",
      "That a dashboard has changed, as server-sent events, until the client goes away or five minutes are "
      "over.",
      {Parameter("force", "query", "The force, `forces/{force}`; without it of all forces."),
       Parameter("since", "query", "The id of the state that is known already."),
       Parameter("Last-Event-ID", "header", "The id of the last event that was read: go on after it.")},
      "text/event-stream", Object({{"type", Text("string")}}));
  document.AddFixed("/v1/openapi.json", "OpenApi", "This document.", {}, "application/json",
                    Object({{"type", Text("object")}}));
  return document.End();
}

}  // namespace oversight::gateway
