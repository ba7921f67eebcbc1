// A collector of traces that keeps what it is sent: the other side of observe::SpanExporter. It listens on a free port,
// from when it is made until it goes. Thread-safe.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace oversight::testing {

class TraceCollector {
 public:
  struct Span {
    std::string service, name, trace_id, span_id, parent_id, start, end;
    int kind = 0, status = 0;
    std::string raw;  // All that was said of it, as JSON.
  };

  TraceCollector();
  ~TraceCollector();
  TraceCollector(const TraceCollector&) = delete;
  TraceCollector& operator=(const TraceCollector&) = delete;

  std::string endpoint() const;
  // The status that requests are answered with from now on; 0: none, the connection stays open.
  void AnswerWith(int status) { answer_ = status; }

  std::vector<Span> spans() const;
  // How many requests were not what OTLP asks for.
  int strange() const { return strange_; }

 private:
  void Run();
  void Serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<int> answer_{200}, strange_{0};
  std::atomic<bool> stop_{false};
  mutable std::mutex mu_;
  std::vector<Span> spans_;
  std::vector<std::shared_ptr<boost::asio::ip::tcp::socket>> silent_;  // Only the thread's.
  std::thread thread_;
};

}  // namespace oversight::testing
