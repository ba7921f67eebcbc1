// What callers outside the inspectorate see of each kind of record on a dashboard. The owners decide that; the gateway
// keeps copies of everything, so it says the same here, in one place; which fields are known inside only is in the
// contract (rpc::ClearInternal). Tests compare with what the owners show.
//
// Pure functions; thread-safe.
#pragma once

#include "gateway/dashboard/facts.h"

namespace oversight::gateway {

bool IsShownOutside(const concerns::v1::Concern& concern);                // Once issued.
bool IsShownOutside(const concerns::v1::Recommendation& recommendation);  // Once issued.
bool IsShownOutside(const concerns::v1::Revisit& revisit);                // Once its letter was sent.
bool IsShownOutside(const concerns::v1::Evidence& evidence);              // When shared with the force.
bool IsShownOutside(const forces::v1::OfficeHolder& holder);              // Offices that are public.
bool IsShownOutside(const forces::v1::Inspection& inspection);            // Once its report is published.
bool IsShownOutside(const monitoring::v1::Announcement& announcement);    // Once it is out, and ever after.

// Takes out by which session of the oversight group something came: sessions are known inside only.
void HideSession(monitoring::v1::Action& action);
void HideSession(monitoring::v1::Support& support);

}  // namespace oversight::gateway
