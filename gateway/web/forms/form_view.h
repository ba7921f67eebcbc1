// A form as its template reads it: every field with its label, its words from the contract, what was typed and what is
// wrong with it. Pure; thread-safe.
//
// A field has `id`, `name`, `label`, `hint`, `error`, `value` and one of `isText`, `isArea`, `isDate`, `isMoment`,
// `isNumber`, `isRadios`, `isSelect`, `isCheckbox`. All of them are set, so that none is ever taken from outside.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/http/query.h"
#include "gateway/web/forms/choices.h"
#include "gateway/web/forms/form.h"
#include "gateway/web/view.h"

namespace oversight::gateway::web {

// What is wrong with a field: its path in the request, and words to stand behind its label ("is required").
using FieldErrors = std::vector<std::pair<std::string, std::string>>;

// Adds `parts` (each with `rows`, each with `fields`) to the view; to `growing` the lists that may have one more
// element; and to `errors` a line for each error, with the id of the field to go to, or without one when it is about no
// field of the page. `more` is the list that one more element is wanted of, "" for none.
void AddFields(const Form& form, const Parameters& typed, const ChoiceLists& choices, const FieldErrors& errors,
               const std::string& more, View& view);

// The words of an error: "Title is required".
std::string ErrorWords(const std::string& label, const std::string& description);

}  // namespace oversight::gateway::web
