// A list as the body of an answer: read page by page in the caller's name as the client takes it, each page made into
// rows and let go. So a list of any length takes the memory of one page. Thread-safe as its calls come one after the
// other; Cancel from any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gateway/export/rows.h"
#include "gateway/forward/routes.h"
#include "gateway/http/calls.h"
#include "gateway/http/http_face.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace oversight::gateway {

using Headers = std::vector<std::pair<std::string, std::string>>;

class ListBody final : public HttpBody, public std::enable_shared_from_this<ListBody> {
 public:
  // `request` is of the method's input type; its `page_size`, if it has that field and says none, becomes ours, and a
  // `limit` the greatest there is. `routes` must outlive it.
  ListBody(const Routes& routes, Headers headers, const google::protobuf::MethodDescriptor* method,
           std::unique_ptr<google::protobuf::Message> request, std::unique_ptr<RowWriter> writer);

  // Reads the first page. What is wrong with the question is known before anything is sent.
  void Start(std::function<void(absl::Status)> then);
  // Reads all of it, for a writer that holds all; RESOURCE_EXHAUSTED for a list too long for that.
  void Gather(std::function<void(absl::StatusOr<std::string>)> then);
  const RowWriter& writer() const { return *writer_; }

  void Next(std::function<void(Piece)> then) override;
  void Cancel() override;

 private:
  void Read(std::function<void(absl::Status)> then);
  // The rows of the page that was read last.
  std::string Rows();

  const Routes& routes_;
  const Headers headers_;
  const google::protobuf::MethodDescriptor* const method_;
  const std::unique_ptr<google::protobuf::Message> request_;
  const std::unique_ptr<RowWriter> writer_;
  std::unique_ptr<google::protobuf::Message> page_;  // Null between pages.
  bool begun_ = false, last_ = false, ended_ = false;
  size_t rows_ = 0;
  std::string gathered_;

  std::mutex mu_;
  bool cancelled_ = false;
  std::shared_ptr<Calls> calls_;
};

}  // namespace oversight::gateway
