#include "tests/support/http_client.h"

#include "boost/asio.hpp"
#include "boost/beast/core.hpp"
#include "boost/beast/http.hpp"

namespace oversight::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

bool Connect(beast::tcp_stream& stream, const std::string& address) {
  const size_t colon = address.rfind(':');
  error_code ec;
  const auto host = asio::ip::make_address(address.substr(0, colon), ec);
  if (ec) return false;
  stream.connect(asio::ip::tcp::endpoint(host, static_cast<uint16_t>(std::stoi(address.substr(colon + 1)))), ec);
  return !ec;
}

}  // namespace

HttpAnswer HttpCall(const std::string& address, const std::string& method, const std::string& target,
                    const HttpHeaders& headers, const std::string& body) {
  HttpAnswer answer;
  asio::io_context io;
  beast::tcp_stream stream(io);
  if (!Connect(stream, address)) return answer;
  http::request<http::string_body> request;
  request.method_string(method);
  request.target(target);
  request.version(11);
  request.set(http::field::host, address);
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.body() = body;
  request.prepare_payload();
  error_code ec;
  http::write(stream, request, ec);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(64 << 20);
  http::read(stream, buffer, parser, ec);
  if (!parser.is_header_done()) return answer;
  answer.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    std::string name(field.name_string().data(), field.name_string().size());
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.headers[name] = std::string(field.value().data(), field.value().size());
  }
  answer.body = parser.get().body();
  return answer;
}

std::string HttpRaw(const std::string& address, const std::string& bytes) {
  asio::io_context io;
  beast::tcp_stream stream(io);
  if (!Connect(stream, address)) return {};
  error_code ec;
  asio::write(stream.socket(), asio::buffer(bytes), ec);
  std::string result;
  asio::read(stream.socket(), asio::dynamic_buffer(result), ec);
  return result;
}

}  // namespace oversight::testing
