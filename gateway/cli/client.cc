#include "gateway/cli/client.h"

#include <filesystem>
#include <future>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/auth/authenticator.h"
#include "common/auth/names.h"
#include "common/auth/token/own_token.h"
#include "common/limits/address.h"
#include "common/observe/config.h"
#include "common/rpc/errors.h"
#include "common/rpc/secrets.h"
#include "common/rpc/status_mapping.h"
#include "common/text/file.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/contract.h"
#include "gateway/forward/backend_call.h"
#include "gateway/http/connect.h"
#include "google/protobuf/util/json_util.h"
#include "grpcpp/create_channel.h"

namespace oversight::cli {
namespace {

// They were checked when the command line was read; a file that went since holds nothing.
std::string Read(const std::string& path) { return ReadWholeFile(path).value_or(""); }

std::shared_ptr<grpc::ChannelCredentials> Credentials(const rpc::TlsFiles& files) {
  if (files.ca.empty()) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({Read(files.ca), Read(files.key), Read(files.cert)});
}

// Whether what is sent to the gateway at this address can be read on this machine alone.
bool StaysHere(const std::string& gateway) {
  absl::string_view target = gateway;
  if (absl::StartsWith(target, "unix:")) return true;
  for (const char* scheme : {"dns:", "ipv4:", "ipv6:"}) absl::ConsumePrefix(&target, scheme);
  while (absl::ConsumePrefix(&target, "/")) continue;
  std::string host;
  int port = 0;
  if (!observe::SplitHostPort(std::string(target), &host, &port)) host = std::string(target);
  const auto address = limits::Address::Parse(host);
  if (!address.has_value()) return host == "localhost";
  return address->v6 ? address->Text() == "::1" : address->bytes[0] == 127;
}

}  // namespace

Client::Client(ClientOptions options)
    : options_(std::move(options)),
      channel_([this] {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(-1);
        if (!options_.tls.name.empty()) arguments.SetSslTargetNameOverride(options_.tls.name);
        return grpc::CreateCustomChannel(options_.gateway, Credentials(options_.tls.files), arguments);
      }()),
      stub_(channel_) {}

absl::StatusOr<std::pair<std::string, std::string>> Client::WhoCalls(const std::string& as) const {
  using Header = std::pair<std::string, std::string>;
  const std::string& principal = as.empty() ? options_.principal : as;
  const auto bearer = [](const std::string& token) { return Header(auth::kAuthorizationHeader, "Bearer " + token); };
  if (options_.token.empty() && options_.token_file.empty()) {
    return principal.empty() ? Header() : Header(auth::kPrincipalHeader, principal);
  }
  std::string path = options_.token_file;
  std::error_code ignored;
  if (options_.token.empty() && std::filesystem::is_directory(path, ignored)) {
    const std::string name(absl::StripPrefix(principal, auth::kPrincipalPrefix));
    if (name == "public") return Header();
    if (name.empty()) {
      return UsageError(absl::StrCat(path,
                                     " is a folder with a token for each principal: --as says whose is meant, and ",
                                     "--as=public that it is none."));
    }
    if (!auth::IsId(name)) return UsageError("--as must name a principal, such as liaison-lead.");
    path = absl::StrCat(path, "/", name, ".token");
  } else if (!principal.empty()) {
    return UsageError(absl::StrCat(
        "Your token says who you are, so you cannot act as ", principal,
        ". Leave out --as and OVERSIGHT_AS; what acts as several people needs a folder with a token for each."));
  }
  if (options_.tls.files.ca.empty() && !options_.allow_clear_token && !StaysHere(options_.gateway)) {
    return UsageError(absl::StrCat(
        "Your token would go to ", options_.gateway, " in the clear, and whoever reads it on the way can be you. Give ",
        "--tls-ca, so that it goes by TLS; or, on a network where nobody else listens, --allow-clear-token."));
  }
  if (!options_.token.empty()) return bearer(options_.token);
  const auto token = auth::OwnToken::Read(path);
  if (!token.ok()) return UsageError(absl::StrCat(std::string(token.status().message()), "."));
  return bearer(*token);
}

absl::Status Client::Call(const std::string& method, const google::protobuf::Message& request,
                          google::protobuf::Message* response, const std::string& as) {
  const auto who = WhoCalls(as);
  if (!who.ok()) return who.status();
  grpc::ClientContext context;
  if (!who->first.empty()) gateway::AddHeader(context, who->first, who->second);
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  const grpc::ByteBuffer bytes = gateway::ToByteBuffer(request.SerializeAsString());
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> done;
  stub_.UnaryCall(&context, "/" + method, {}, &bytes, &answer,
                  [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  if (!status.ok()) return rpc::FromGrpc(status);
  if (!response->ParseFromString(gateway::ToString(answer))) return absl::InternalError("The answer cannot be read.");
  return absl::OkStatus();
}

absl::StatusOr<std::string> Client::CallJson(const std::string& method, const std::string& request,
                                             const std::string& as, bool one_line) {
  const size_t slash = method.find('/');
  const auto* service = Contract().FindServiceByName(method.substr(0, slash));
  const auto* descriptor =
      service == nullptr || slash == std::string::npos ? nullptr : service->FindMethodByName(method.substr(slash + 1));
  if (descriptor == nullptr || descriptor->server_streaming()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", method, "\" is no unary method. Write it as oversight.forces.v1.ForcesService/GetForce."));
  }
  const std::unique_ptr<google::protobuf::Message> in = NewMessage(*descriptor->input_type());
  const std::unique_ptr<google::protobuf::Message> out = NewMessage(*descriptor->output_type());
  const auto parsed = google::protobuf::util::JsonStringToMessage(request, in.get());
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The request is not valid JSON of ", descriptor->input_type()->full_name(), ": ",
                     rpc::HoldsSecrets(*descriptor->input_type()) ? "where is not told, because it may hold a secret."
                                                                  : std::string(parsed.message())));
  }
  if (absl::Status status = Call(method, *in, out.get(), as); !status.ok()) return status;
  std::string json;
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = !one_line;
  rpc::MaskSecrets(out.get());
  if (!google::protobuf::util::MessageToJsonString(*out, &json, print).ok())
    return absl::InternalError("The answer cannot be printed.");
  if (one_line) json += "\n";
  return json;
}

absl::Status Client::Stream(const std::string& method, const google::protobuf::Message& request,
                            google::protobuf::Message* response, const std::function<bool()>& on_message) {
  gateway::Route route;
  route.path = "/" + method;
  route.stub = std::make_shared<grpc::GenericStub>(channel_);
  gateway::BackendCallOptions options;
  const auto who = WhoCalls("");
  if (!who.ok()) return who.status();
  if (!who->first.empty()) options.headers.push_back(*who);
  auto call = gateway::StartStream(route, options, gateway::ToByteBuffer(request.SerializeAsString()));
  absl::Status result;
  bool stopped = false;
  for (;;) {
    std::promise<std::pair<std::optional<grpc::ByteBuffer>, grpc::Status>> next;
    call->Read([&next](std::optional<grpc::ByteBuffer> message, const grpc::Status& status) {
      next.set_value({std::move(message), status});
    });
    auto [message, status] = next.get_future().get();
    if (!message.has_value()) return stopped ? result : rpc::FromGrpc(status);
    if (stopped) continue;
    if (!response->ParseFromString(gateway::ToString(*message))) {
      result = absl::InternalError("The answer cannot be read.");
      stopped = true;
    } else if (!on_message()) {
      stopped = true;
    }
    if (stopped) call->Cancel();
  }
}

int ExitCode(const absl::Status& status) {
  if (IsUsageError(status)) return 2;
  if (ReasonOf(status) == "MESSAGE_TOO_LARGE") return 1;  // No use trying again later.
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return 3;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnknown:
      return 4;
    default:
      return 1;
  }
}

std::string Describe(const absl::Status& status) {
  std::string message(status.message());
  if (IsUsageError(status)) return message.empty() ? "" : message + "\n";
  if (message.empty() && status.code() == absl::StatusCode::kUnimplemented) {
    message = "The service that answered does not have this call.";
  }
  const std::string code(rpc::CodeName(status.code())), reason = ReasonOf(status);
  std::string text = absl::StrCat(code, reason.empty() || reason == code ? "" : " " + reason, ": ", message, "\n");
  const auto violations = ViolationsOf(status);
  // The message of a single fault tells it already.
  const bool told = violations.size() == 1 && absl::StrContains(message, violations[0].first) &&
                    absl::StrContains(message, violations[0].second);
  if (!told) {
    for (const auto& [field, description] : violations) absl::StrAppend(&text, "  ", field, ": ", description, "\n");
  }
  for (const auto& [subject, description] : PreconditionsOf(status)) {
    absl::StrAppend(&text, "  ", subject, subject.empty() ? "" : ": ", description, "\n");
  }
  if (reason == "UNAUTHENTICATED") {
    absl::StrAppend(&text, ErrorMetadata(status, "principals").empty()
                               ? "  Here that is --token-file=FILE, or the token in OVERSIGHT_TOKEN.\n"
                               : "  Here that is --as=NAME, such as --as=liaison-lead.\n");
  }
  // Without a reason nobody of the suite answered.
  if (status.code() == absl::StatusCode::kUnavailable && reason.empty()) {
    absl::StrAppend(&text, "  Is the suite running? `make run` starts it; --gateway names another address.\n");
  }
  return text;
}

std::string TlsRemedy(const absl::Status& status, const std::string& gateway, const ClientTls& tls) {
  // The words are those of gRPC and OpenSSL; an error of the suite's own has a reason.
  if (status.code() != absl::StatusCode::kUnavailable || !ReasonOf(status).empty()) return "";
  const auto says = [&](const char* words) { return absl::StrContains(status.message(), words); };
  if (says("certificate verify failed")) {
    return absl::StrCat("Its certificate is not of an authority in --tls-ca (", tls.files.ca,
                        "), or is not valid now. Ask those who run it for the authority's certificate.");
  }
  if (says("not in peer certificate") || says("Hostname Verification")) {
    return absl::StrCat("Its certificate does not bear the name ", tls.name.empty() ? gateway : tls.name,
                        ". --tls-name says which name it bears.");
  }
  if (says("wrong version number")) return "It does not speak TLS. Leave --tls-ca and OVERSIGHT_TLS_CA out.";
  if (!says("Socket closed") && !says("onnection reset")) return "";
  if (tls.files.ca.empty()) return "If it speaks TLS: --tls-ca names the file with the authority to trust.";
  if (tls.files.cert.empty()) return "If it takes only those with a certificate: --tls-cert and --tls-key name yours.";
  return "It may not take the certificate of --tls-cert. Ask those who run it whose certificates it takes.";
}

std::string DescribeJson(const absl::Status& status) {
  return gateway::connect::EndStreamJson(IsUsageError(status) ? absl::Status(status.code(), status.message()) : status);
}

}  // namespace oversight::cli
