// Puts an answer together from bytes that exist already: the encoded dashboard, shared by all answers, and the sections
// made for this one. What leaves is the plain encoding of the response message, which any client reads. Pure;
// thread-safe.
#pragma once

#include <vector>

#include "gateway/dashboard/dashboard_source.h"
#include "grpcpp/support/byte_buffer.h"

namespace oversight::gateway {

// The encoding of a message whose field `field` is a dashboard with these sections and this body. Copies neither.
grpc::ByteBuffer DashboardBytes(int field, const std::vector<v1::SectionStatus>& sections, EncodedDashboard body);

}  // namespace oversight::gateway
