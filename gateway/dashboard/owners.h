// The services that own what the gateway composes, in the order of the sections that say how each stands.
#pragma once

namespace oversight::gateway {

enum Owner { kForces, kConcerns, kMonitoring };
inline constexpr const char* kOwnerNames[] = {"forces-service", "concerns-service", "monitoring-service"};

}  // namespace oversight::gateway
