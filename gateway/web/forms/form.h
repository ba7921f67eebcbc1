// Which forms there are: each is one RPC, used on one resource, with those of the request's fields that people give on
// a page. What a field is, what it must hold, and the words beside it follow from the contract; what may be done and
// what is well given is for the services. So a form is a row here, and no rule of the domain stands in it.
//
// The address of a form is that of its resource and the verb, as the command line writes it:
// /forces/kent/concerns/1/issue-concern. The name of a field is its path in the request, as errors name it:
// concern.source.kind, proposal.reasons[0].text. Immutable; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace oversight::gateway::web {

// Where the values that may be chosen come from, besides the choices that the contract knows.
enum class Choices { kNone, kThemes, kStages, kConcerns, kEpisodeReasons };

struct FormField {
  const char* path;            // In the request; in a list, below its element. "": the element itself, a text.
  const char* label = "";      // "": the field's name in words.
  const char* hint = nullptr;  // Null: the contract's comment.
  Choices choices = Choices::kNone;
};

// Fields that stand together; with `list`, once for each element of that list.
struct FormPart {
  std::vector<FormField> fields;
  const char* list = "";          // "proposal.reasons"
  const char* one = "";           // What an element is called: "Reason".
  int least = 0;                  // So many elements are there to be written; more when asked for.
  Choices rows = Choices::kNone;  // There is an element for each of these, and no other...
  const char* row_field = "";     // ...with its value in this field.
};

struct Form {
  const google::protobuf::Descriptor* request;
  const char* resource;  // What it is used on: "forces/*/concerns/*".
  const char* subject;   // The field that holds the name of that: "name", "parent", "concern.name".
  const char* title;     // "Issue the concern"
  const char* button;
  std::vector<FormPart> parts;
  const char* etag = "";     // The field for the resource's etag; "": the form makes something new.
  const char* changed = "";  // Of an Update: the field that holds the changed resource.

  const google::protobuf::MethodDescriptor& method() const;
  std::string verb() const;  // "issue-concern"
};

const std::vector<Form>& Forms();
// The form at these segments of a path, whose last is the verb; null when there is none.
const Form* FindForm(const std::vector<std::string>& segments);
// That of a verb of an AllowedAction, "IssueConcern", on a resource such as "forces/kent/concerns/1"; null when there
// is none.
const Form* FindForm(const std::string& verb, const std::string& resource);

// The fields on the way to `path`, such as "proposal.reasons[0].text", from the request to its end; none when there is
// no such way.
std::vector<const google::protobuf::FieldDescriptor*> WayTo(const google::protobuf::Descriptor& request,
                                                            const std::string& path);
// A message of a service in the words of the pages: where it names a verb, "IssueConcern", it names the form.
std::string InPageWords(const std::string& message);

// The comment that the contract has on it, without code marks; of a method without what it says of errors.
std::string CommentOn(const google::protobuf::FieldDescriptor& field);
std::string CommentOn(const google::protobuf::EnumValueDescriptor& value);
std::string CommentOn(const google::protobuf::MethodDescriptor& method);

}  // namespace oversight::gateway::web
