#include "gateway/service/dashboard_bytes.h"

#include <string>
#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

namespace oversight::gateway {
namespace {

using google::protobuf::internal::WireFormatLite;

// Both dashboards have their sections in field 1.
static_assert(int{v1::NationalDashboard::kSectionsFieldNumber} == int{v1::ForceDashboard::kSectionsFieldNumber});

void ReleaseBody(void* holder) { delete static_cast<EncodedDashboard*>(holder); }

}  // namespace

grpc::ByteBuffer DashboardBytes(int field, const std::vector<v1::SectionStatus>& sections, EncodedDashboard body) {
  v1::NationalDashboard status;
  for (const auto& section : sections) *status.add_sections() = section;
  const std::string section_bytes = status.SerializeAsString();
  std::string head;
  {
    google::protobuf::io::StringOutputStream stream(&head);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.WriteTag(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
    coded.WriteVarint64(section_bytes.size() + body->bytes.size());
    coded.WriteString(section_bytes);
  }
  auto* holder = new EncodedDashboard(std::move(body));
  const grpc::Slice slices[] = {
      grpc::Slice(head),
      // The slice only reads; gRPC's signature takes no const.
      grpc::Slice(const_cast<char*>((*holder)->bytes.data()), (*holder)->bytes.size(), &ReleaseBody, holder)};
  return grpc::ByteBuffer(slices, 2);
}

}  // namespace oversight::gateway
