// What most kinds of this program have in common: they belong to a force, and are shown outside to those in whose scope
// it is, once something has happened to them. Pure.
#pragma once

#include <type_traits>

#include "concerns-service/domain/names.h"
#include "concerns-service/service/kinds.h"
#include "concerns-service/service/terms.h"

namespace oversight::concerns {

// `shown` says of a version whether it is shown outside; null: always. `first_shown` as in Kind. Listed by TermsOf.
template <class T>
Kind<T> KindOfForces(std::type_identity_t<bool (*)(const T&)> shown = nullptr,
                     std::type_identity_t<bool (*)(const T&)> first_shown = nullptr) {
  Kind<T> kind;
  kind.terms = [](const T& resource) { return TermsOf(resource); };
  kind.visible = [shown](const Viewer& viewer, const T& resource) {
    return (shown == nullptr || shown(resource)) && viewer.Covers(ForceOf(resource.name()));
  };
  kind.first_shown = first_shown;
  return kind;
}

}  // namespace oversight::concerns
