// What of an HTTP request we read ourselves: Connect's envelopes, time-outs and content types, queries and forms, and
// the REST face's paths, whom a proxy names, cookies, and where to go on to after signing in.
#include "common/limits/address.h"
#include "gateway/http/connect.h"
#include "gateway/http/query.h"
#include "gateway/http/rest_paths.h"
#include "gateway/sign_in/cookies.h"
#include "oversight/concerns/v1/concerns_service.pb.h"
#include "oversight/forces/v1/forces_service.pb.h"
#include "oversight/gateway/v1/gateway_service.pb.h"
#include "oversight/monitoring/v1/monitoring_service.pb.h"
#include "tests/fuzz/fuzz.h"

using oversight::fuzz::Hold;
namespace gateway = oversight::gateway;

namespace {

const gateway::RestPaths& Paths() {
  static const auto* paths = [] {
    static auto* routes = new gateway::Routes;
    const std::shared_ptr<grpc::Channel> nobody;
    routes->AddService<oversight::forces::v1::GetForceRequest>("forces-service", nobody);
    routes->AddService<oversight::concerns::v1::GetConcernRequest>("concerns-service", nobody);
    routes->AddService<oversight::monitoring::v1::GetDecisionRequest>("monitoring-service", nobody);
    routes->AddService<oversight::gateway::v1::GetForceDashboardRequest>("gateway", nobody);
    return new gateway::RestPaths(*routes);
  }();
  return *paths;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = oversight::fuzz::Text(data, size);
  std::string_view message;
  if (gateway::connect::ParseSingleEnvelope(text, &message).ok()) {
    Hold(message.size() + gateway::connect::kEnvelopeHeader == text.size(), "a message is the whole of its envelope");
    Hold(gateway::connect::Envelope(0, message).substr(1) == text.substr(1), "an envelope is written as it was read");
  }
  if (const auto timeout = gateway::connect::ParseTimeout(text)) {
    Hold(*timeout >= absl::ZeroDuration() && *timeout <= absl::Milliseconds(9'999'999'999), "a time-out is in range");
  }
  gateway::connect::ParseContentType(text);
  for (const auto& [name, value] : gateway::ParseQuery(text)) {
    Hold(name.size() + value.size() <= size, "decoding makes nothing longer");
  }
  gateway::QueryOf(text);
  if (const auto match = Paths().Find(text)) {
    Hold(match->path != nullptr && match->path->method != nullptr, "a path that is found is a read");
    Hold(match->path->subject == nullptr || !match->name.empty() || match->path->collection, "its subject has a name");
  }
  static const auto* const proxies = [] {
    std::string problem;
    return new oversight::limits::Networks(*oversight::limits::Networks::Parse("10.0.0.0/8", &problem));
  }();
  const auto proxy = *oversight::limits::Address::Parse("10.0.0.1");
  const auto client = oversight::limits::ClientOf(proxy, text, *proxies);
  Hold(oversight::limits::Address::Parse(client.Text()) == client, "an address is read as it was written");
  oversight::limits::AddressOfPeer(text);
  const gateway::HttpRequest request{
      "POST", "/", {{"cookie", std::string(text)}, {"origin", std::string(text)}, {"host", "o.test"}}, ""};
  size_t cookies = 0;
  for (const auto& [name, value] : gateway::CookiesOf(request)) {
    cookies += name.size() + value.size();
    Hold(value.find(';') == std::string::npos && name.find('=') == std::string::npos,
         "a cookie ends where the next begins");
  }
  Hold(cookies <= size, "cookies are what was sent");
  Hold(!gateway::SaysSameOrigin(request) || text == "http://o.test" || text == "https://o.test",
       "another site is not ours");
  const std::string place = gateway::OwnPath(std::string(text));
  Hold(place[0] == '/' && place.substr(0, 2) != "//" && place.substr(0, 2) != "/\\" &&
           place.find_first_of("\r\n\t") == std::string::npos,
       "one goes on to a place of ours");
  return 0;
}
