#include "tests/support/trace_collector.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <utility>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using google::protobuf::Struct;
using google::protobuf::Value;

const Value& At(const Struct& object, const std::string& key) {
  static const Value nothing;
  const auto it = object.fields().find(key);
  return it == object.fields().end() ? nothing : it->second;
}
std::string Text(const Struct& object, const std::string& key) { return At(object, key).string_value(); }

std::string ServiceOf(const Struct& resource) {
  for (const Value& attribute : At(resource, "attributes").list_value().values()) {
    const Struct& pair = attribute.struct_value();
    if (Text(pair, "key") == "service.name") return Text(At(pair, "value").struct_value(), "stringValue");
  }
  return "";
}

}  // namespace

TraceCollector::TraceCollector()
    : acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}), thread_([this] { Run(); }) {}

TraceCollector::~TraceCollector() {
  stop_ = true;
  asio::io_context context;
  asio::ip::tcp::socket waking(context);
  boost::system::error_code ignored;
  waking.connect(acceptor_.local_endpoint(), ignored);
  thread_.join();
}

std::string TraceCollector::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
}

std::vector<TraceCollector::Span> TraceCollector::spans() const {
  std::lock_guard lock(mu_);
  return spans_;
}

void TraceCollector::Run() {
  while (!stop_) {
    boost::system::error_code error;
    asio::ip::tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    if (!error && !stop_) Serve(std::move(socket));
  }
}

void TraceCollector::Serve(asio::ip::tcp::socket socket) {
  beast::error_code error;
  beast::flat_buffer buffer;
  http::request_parser<http::string_body> parser;
  parser.body_limit(64 << 20);
  http::read(socket, buffer, parser, error);
  if (error) return;
  const auto& request = parser.get();
  if (answer_ == 0) {
    silent_.push_back(std::make_shared<asio::ip::tcp::socket>(std::move(socket)));
    return;
  }
  Struct body;
  const bool good = request.method() == http::verb::post && request.target() == "/v1/traces" &&
                    request[http::field::content_type] == "application/json" &&
                    google::protobuf::util::JsonStringToMessage(request.body(), &body).ok();
  if (!good) ++strange_;
  if (answer_ == 200) {
    std::lock_guard lock(mu_);
    for (const Value& resource : At(body, "resourceSpans").list_value().values()) {
      const std::string service = ServiceOf(At(resource.struct_value(), "resource").struct_value());
      for (const Value& scope : At(resource.struct_value(), "scopeSpans").list_value().values()) {
        for (const Value& value : At(scope.struct_value(), "spans").list_value().values()) {
          const Struct& told = value.struct_value();
          Span span{service,
                    Text(told, "name"),
                    Text(told, "traceId"),
                    Text(told, "spanId"),
                    Text(told, "parentSpanId"),
                    Text(told, "startTimeUnixNano"),
                    Text(told, "endTimeUnixNano"),
                    static_cast<int>(At(told, "kind").number_value()),
                    static_cast<int>(At(At(told, "status").struct_value(), "code").number_value()),
                    ""};
          (void)google::protobuf::util::MessageToJsonString(told, &span.raw);
          spans_.push_back(std::move(span));
        }
      }
    }
  }
  http::response<http::string_body> response(static_cast<http::status>(answer_.load()), request.version());
  response.set(http::field::content_type, "application/json");
  response.body() = "{}";
  response.prepare_payload();
  http::write(socket, response, error);
}

}  // namespace oversight::testing
