// A message as a template reads it: the JSON that the API returns, by the same names, with its values in words. Pure;
// thread-safe.
//
// Templates have no logic, so what they may ask is put beside the values:
//   a date, a moment, a duration, a due rule   in words; a moment in London time
//   a choice `state`                           in words, and `stateIsOpen`, `stateIsClosed` ... for each choice
//   a list `concerns`                          with `concernsCount`, and `hasConcerns` when there is one
//   a number `forceCount`                      with `hasForceCount` when it is not 0
//   a resource name `theme`                    with `themeId`, its last segment in words
// Whatever is unset or empty is false. It is there, so that a template which stands in an outer message's section never
// takes the outer message's value for it.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"

namespace oversight::gateway::web {

using View = google::protobuf::Struct;

View ViewOf(const google::protobuf::Message& message);

// Sets a field of a view.
void Set(View& view, const std::string& name, const std::string& text);  // "" is false.
void Set(View& view, const std::string& name, const char* text);
void Set(View& view, const std::string& name, bool value);
void Set(View& view, const std::string& name, View value);
// Adds to a list, and sets `has<Name>`.
void Add(View& view, const std::string& list, View item);

// "less than a second", "12 seconds", "3 minutes", "2 hours", "5 days".
std::string DurationWords(absl::Duration duration);
// "HM inspector" and the like from an id, such as of principals: "hm-inspector" -> "hm inspector".
std::string IdWords(const std::string& name);

}  // namespace oversight::gateway::web
