// A list in a format that people take away. The items of an answer are its rows; a writer makes text of them one by
// one, so that a list of any length takes no more memory than a page of it. Writers are for one list and one thread;
// the rest is pure and thread-safe.
//
//   csv    for spreadsheets: a column for each field of the contract, by its name
//   jsonl  for programs: each item as the API's JSON, on a line
//   ics    for calendars (calendar.h)
//   atom   for readers of news (atom.h)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::gateway {

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual std::string ContentType() const = 0;
  // What stands before the first row and after the last.
  virtual std::string Begin() { return ""; }
  virtual std::string End() { return ""; }
  // The rows of one page of the list: `field` is the one of the answer that the item is in.
  virtual std::string Row(const google::protobuf::Message& item, const google::protobuf::FieldDescriptor& field) = 0;
  // A writer that must know all rows before it can begin, such as one that sorts them. It is asked for a bounded
  // number.
  virtual bool holds_all() const { return false; }
};

// The lists of an answer, in order: what it holds many of. Of `ListConcernsResponse` the concerns; of
// `GetRegisterResponse` `current` and `previous`. Empty for an answer that is no list.
std::vector<const google::protobuf::FieldDescriptor*> ListsOf(const google::protobuf::Descriptor& answer);

// "csv" or "jsonl", for an answer with these lists.
std::unique_ptr<RowWriter> MakeCsvWriter(const std::vector<const google::protobuf::FieldDescriptor*>& lists);
std::unique_ptr<RowWriter> MakeJsonLinesWriter(const std::vector<const google::protobuf::FieldDescriptor*>& lists);

// A cell as a spreadsheet takes it for text and never for a formula: what begins with = + - @, a tab or a line break
// gets an apostrophe before it.
std::string SafeCell(const std::string& text);

}  // namespace oversight::gateway
