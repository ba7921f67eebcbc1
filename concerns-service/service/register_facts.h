// What the checks of the record need of what forces-service knows, taken from the copy of it. Pure, thread-safe.
#pragma once

#include "common/rpc/informer.h"
#include "concerns-service/domain/consistency.h"

namespace oversight::concerns {

// Areas graded as inadequate in published reports on a force, and forces that are no more.
RegisterFacts FactsOf(const rpc::InformerCopy& copy);

}  // namespace oversight::concerns
