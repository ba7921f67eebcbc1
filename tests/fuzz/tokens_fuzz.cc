// Page tokens and consistency tokens: nothing is taken that was not made here, and what was made here is taken.
#include "common/rpc/tokens.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;
namespace rpc = oversight::rpc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string store(32, 'a');
  static const uint64_t parameters =
      rpc::HashParameters("/oversight.forces.v1.ForcesService/ListForces", oversight::forces::v1::ListForcesRequest());
  const std::string text(oversight::fuzz::Text(data, size));

  const auto position = rpc::DecodePageToken(store, parameters, text);
  if (position.ok()) {
    Hold(rpc::EncodePageToken(store, parameters, *position) == text, "a page token has one form");
    Hold(!rpc::DecodePageToken(store, parameters + 1, text).ok(), "a page token is of one query");
  }
  rpc::ConsistencyPoint point;
  if (rpc::ReadConsistencyToken(text, &point) == rpc::TokenFit::kFits) {
    Hold(point.revision >= 0, "a revision is not negative");
  }
  rpc::DecodeConsistencyToken(store, text).IgnoreError();

  // The bytes as the name of an item; names are far shorter than a token may be.
  const rpc::PagePosition made{text.substr(0, 1000), static_cast<int64_t>(size)};
  const auto read = rpc::DecodePageToken(store, parameters, rpc::EncodePageToken(store, parameters, made));
  Hold(read.ok() && *read == made, "what was made is taken");
  const auto revision = rpc::DecodeConsistencyToken(store, rpc::EncodeConsistencyToken(store, made.revision));
  Hold(revision.ok() && *revision == made.revision, "what was made is taken");
  return 0;
}
