// The network between a service and the server it needs, going wrong on demand: a TCP address of this machine behind
// which each connection is led on to the real one. It can hold everything back, or the answers alone, slow it down, cut
// what is open, refuse what is new and lead elsewhere.
//
//   Gate gate(postgres.socket());
//   ... "--store=" + postgres.NewStore(gate.address()) ...
//   gate.HoldAnswers();
//
// One thread does the work. Thread-safe.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace oversight::testing {

class Gate {
 public:
  // `upstream` is where it leads: the path of a unix socket.
  explicit Gate(std::string upstream);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  int port() const { return port_; }

  // All is well from now on. What was held goes on its way.
  void Mend();
  // Nothing gets through in either direction, and nobody is told: a cable that is out, a machine that froze.
  void Hold();
  // What the service says still arrives; no answer does.
  void HoldAnswers();
  // What is said arrives so much later.
  void Delay(std::chrono::milliseconds by);
  // Ends every connection with a reset.
  void Cut();
  // Ends new connections with a reset, until Mend.
  void Refuse();
  // New connections lead here; those there are are cut.
  void SwitchTo(std::string upstream);

  int connections() const;  // open now
  int64_t asked() const;    // bytes from the service that were handed on

 private:
  using Clock = std::chrono::steady_clock;
  // One direction of a connection.
  struct Lane {
    int from = -1, to = -1;
    std::string bytes;  // read, not handed on yet
    Clock::time_point due;
    bool ended = false;  // `from` says no more
  };
  struct Link {
    Lane ask, answer;
  };
  void Run();
  void Accept();
  // False when the connection is over. `handed_on` grows by the bytes that went on their way.
  bool Carry(Lane& lane, bool held, bool readable, int64_t* handed_on);
  static void Close(Link& link, bool reset);
  void Wake();

  const int listener_, wake_;
  int port_ = 0;
  mutable std::mutex mu_;  // guards what follows
  std::string upstream_;
  bool hold_asks_ = false, hold_answers_ = false, refuse_ = false, stop_ = false;
  std::chrono::milliseconds delay_{0};
  std::list<Link> links_;
  int64_t asked_ = 0, answered_ = 0;
  std::thread thread_;
};

}  // namespace oversight::testing
