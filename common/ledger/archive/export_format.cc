#include "common/ledger/archive/export_format.h"

#include <algorithm>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/archive/canonical_json.h"
#include "common/ledger/archive/json_fields.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/hashing.h"
#include "common/rpc/errors.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/util/json_util.h"

namespace oversight::ledger {
namespace {

namespace json = boost::json;
using Fields = JsonFields;
using Line = std::variant<ExportHeader, LoggedTransaction, ExportTrailer>;

// --- Writing ---

// The line of members that come before and after "sha256", which is over the line without it.
std::string Sealed(const std::string& before, const std::string& after) {
  const std::string hash = Hex(Sha256(absl::StrCat("{", before, ",", after, "}")));
  return absl::StrCat("{", before, ",\"sha256\":\"", hash, "\",", after, "}\n");
}

bool HasUnknownFields(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (HasUnknownFields(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (HasUnknownFields(reflection.GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

// The payload as canonical JSON; nothing when this program does not know all that is in it, because half of it would
// look like the whole.
std::optional<std::string> ResourceOf(const LoggedChange& change) {
  if (change.redacted) return std::nullopt;
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(change.kind);
  if (type == nullptr) return std::nullopt;
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  std::string text;
  if (!message->ParseFromString(change.payload) || HasUnknownFields(*message) ||
      !google::protobuf::util::MessageToJsonString(*message, &text).ok()) {
    return std::nullopt;
  }
  auto canonical = CanonicalJson(text);
  if (!canonical.ok()) return std::nullopt;
  return *std::move(canonical);
}

std::string RenderChange(const LoggedChange& change, const std::optional<std::string>& resource) {
  std::string out = "{";
  Member("kind", change.kind, out);
  Member("name", change.name, out);
  Member("operation", change.operation == Change::Operation::kDelete ? "DELETE" : "PUT", out);
  if (!change.redacted) Member("payload", absl::Base64Escape(change.payload), out);
  Member("payloadHash", Hex(change.payload_hash), out);
  if (change.redacted) RawMember("redacted", "true", out);
  if (resource) RawMember("resource", *resource, out);
  std::string terms;
  for (const Term& term : DecodeTerms(change.encoded_terms)) {
    absl::StrAppend(&terms, terms.empty() ? "{" : ",{");
    Member("term", term.term, terms);
    Member("value", term.value, terms);
    terms += '}';
  }
  RawMember("terms", absl::StrCat("[", terms, "]"), out);
  return out + "}";
}

// `resources` are those of the changes.
std::string Render(const LoggedTransaction& transaction, const std::vector<std::optional<std::string>>& resources) {
  std::string before, after;
  Member("actor", transaction.audit.actor, before);
  std::string changes;
  for (size_t i = 0; i < transaction.changes.size(); ++i) {
    absl::StrAppend(&changes, changes.empty() ? "" : ",", RenderChange(transaction.changes[i], resources[i]));
  }
  RawMember("changes", absl::StrCat("[", changes, "]"), before);
  Member("leafHash", Hex(transaction.leaf_hash), before);
  Member("reason", transaction.audit.reason, before);
  TimeMember("recordedTime", transaction.recorded_time, before);
  if (transaction.request) {
    std::string request = "{";
    Member("method", transaction.request->method, request);
    if (transaction.request->redacted) RawMember("redacted", "true", request);
    Member("requestHash", Hex(transaction.request->request_hash), request);
    if (!transaction.request->redacted) Member("response", absl::Base64Escape(transaction.request->response), request);
    RawMember("request", request + "}", before);
  }
  Member("requestId", transaction.audit.request_id, before);
  Member("revision", transaction.revision, before);
  Member("traceId", transaction.audit.trace_id, after);
  Member("type", "transaction", after);
  Member("verb", transaction.audit.verb, after);
  return Sealed(before, after);
}

// --- Reading ---

absl::Status Malformed(const std::string& what) { return absl::InvalidArgumentError(what); }

absl::StatusOr<LoggedChange> ReadChange(const json::value& value, std::optional<std::string>* resource) {
  if (!value.is_object()) return Malformed("has a change that is no object");
  Fields fields(value.get_object());
  LoggedChange change;
  change.kind = fields.Text("kind");
  change.name = fields.Text("name");
  const std::string operation = fields.Text("operation");
  if (operation != "PUT" && operation != "DELETE") fields.Miss("operation");
  change.operation = operation == "DELETE" ? Change::Operation::kDelete : Change::Operation::kPut;
  change.redacted = fields.Has("redacted");
  if (!change.redacted) change.payload = fields.Base64("payload");
  change.payload_hash = fields.Bytes("payloadHash");
  std::vector<Term> terms;
  if (const json::array* array = fields.Array("terms")) {
    for (const json::value& item : *array) {
      if (!item.is_object()) return Malformed("has an index term that is no object");
      Fields term(item.get_object());
      terms.push_back({term.Text("term"), term.Text("value")});
      OVERSIGHT_RETURN_IF_ERROR(term.status());
    }
  }
  change.encoded_terms = EncodeTerms(std::move(terms));
  if (fields.Has("resource")) AppendCanonical(fields.At("resource"), resource->emplace());
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  return change;
}

absl::StatusOr<LoggedTransaction> ReadTransaction(Fields& fields, std::vector<std::optional<std::string>>& resources) {
  LoggedTransaction transaction;
  transaction.revision = fields.Number("revision");
  transaction.recorded_time = fields.Time("recordedTime");
  transaction.audit = {fields.Text("actor"), fields.Text("verb"), fields.Text("reason"), fields.Text("requestId"),
                       fields.Text("traceId")};
  transaction.leaf_hash = fields.Bytes("leafHash");
  if (const json::array* changes = fields.Array("changes")) {
    for (const json::value& item : *changes) {
      OVERSIGHT_ASSIGN_OR_RETURN(LoggedChange change, ReadChange(item, &resources.emplace_back()));
      transaction.changes.push_back(std::move(change));
    }
  }
  if (fields.Has("request")) {
    if (!fields.At("request").is_object()) return Malformed("has a request that is no object");
    Fields request(fields.At("request").get_object());
    const bool redacted = request.Has("redacted");
    transaction.request = RequestRecord{transaction.audit.actor,
                                        transaction.audit.request_id,
                                        request.Text("method"),
                                        request.Bytes("requestHash"),
                                        transaction.revision,
                                        transaction.recorded_time,
                                        redacted ? "" : request.Base64("response"),
                                        redacted};
    OVERSIGHT_RETURN_IF_ERROR(request.status());
  }
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  return transaction;
}

absl::StatusOr<ExportHeader> ReadHeader(Fields& fields) {
  ExportHeader header;
  const std::string format = fields.Text("format");
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  if (format != kExportFormat) {
    return Malformed(absl::StrCat("is of the format \"", absl::Utf8SafeCHexEscape(format.substr(0, 80)),
                                  "\", and this program reads ", kExportFormat));
  }
  header.ledger = fields.Text("ledger");
  header.store_id = fields.Text("storeId");
  header.tree.size = fields.Number("treeSize");
  header.tree.root = HashBytes(fields.Root("rootHash"));
  if (header.tree.size > 0) header.tree.recorded_time = fields.Time("recordedTime");
  header.checkpoint = fields.OptionalText("checkpoint");
  header.verifier_key = fields.OptionalText("verifierKey");
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  return header;
}

absl::StatusOr<ExportTrailer> ReadTrailer(Fields& fields) {
  ExportTrailer trailer{fields.Number("transactions"), fields.Number("changes"), fields.Root("rootHash")};
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  return trailer;
}

// Whether `line` is what is written for what was read from it, its SHA-256 included.
absl::Status Compare(std::string_view line, const std::string& written) {
  if (std::string_view(written).substr(0, written.size() - 1) == line) return absl::OkStatus();
  return Malformed("was changed: it is not written as the format has it, or does not have the SHA-256 that it states");
}

}  // namespace

std::string OriginOf(const std::string& ledger, const std::string& store_id) {
  return absl::StrCat("oversight-ledger/", ledger.substr(ledger.find('/') + 1), "/", store_id);
}

std::string ExportLine(const ExportHeader& header) {
  std::string before, after;
  if (!header.checkpoint.empty()) Member("checkpoint", header.checkpoint, before);
  Member("format", kExportFormat, before);
  Member("ledger", header.ledger, before);
  Member("origin", OriginOf(header.ledger, header.store_id), before);
  if (header.tree.size > 0) TimeMember("recordedTime", header.tree.recorded_time, before);
  Member("rootHash", Hex(header.tree.root), before);
  Member("storeId", header.store_id, after);
  Member("treeSize", header.tree.size, after);
  Member("type", "header", after);
  if (!header.verifier_key.empty()) Member("verifierKey", header.verifier_key, after);
  return Sealed(before, after);
}

absl::StatusOr<std::string> ExportLine(const LoggedTransaction& transaction) {
  if (const std::string what = NotUtf8(transaction); !what.empty()) {
    return Malformed(absl::StrCat("is not UTF-8 in ", what));
  }
  std::vector<std::optional<std::string>> resources;
  for (const LoggedChange& change : transaction.changes) resources.push_back(ResourceOf(change));
  return Render(transaction, resources);
}

std::string ExportLine(const ExportTrailer& trailer) {
  std::string before, after;
  Member("changes", trailer.changes, before);
  Member("rootHash", Hex(trailer.root), before);
  Member("transactions", trailer.transactions, after);
  Member("type", "trailer", after);
  return Sealed(before, after);
}

absl::StatusOr<Line> ParseExportLine(std::string_view line) {
  const absl::StatusOr<json::value> value = ParseJson(line);
  if (!value.ok() || !value->is_object()) return Malformed("is not a JSON object");
  Fields fields(value->get_object());
  const std::string type = fields.Text("type");
  if (type == "header") {
    OVERSIGHT_ASSIGN_OR_RETURN(ExportHeader header, ReadHeader(fields));
    OVERSIGHT_RETURN_IF_ERROR(Compare(line, ExportLine(header)));
    return header;
  }
  if (type == "trailer") {
    OVERSIGHT_ASSIGN_OR_RETURN(const ExportTrailer trailer, ReadTrailer(fields));
    OVERSIGHT_RETURN_IF_ERROR(Compare(line, ExportLine(trailer)));
    return trailer;
  }
  if (type != "transaction") return Malformed("has no well-formed \"type\"");
  std::vector<std::optional<std::string>> resources;
  OVERSIGHT_ASSIGN_OR_RETURN(LoggedTransaction transaction, ReadTransaction(fields, resources));
  OVERSIGHT_RETURN_IF_ERROR(Compare(line, Render(transaction, resources)));
  for (size_t i = 0; i < resources.size(); ++i) {
    const std::optional<std::string> own = ResourceOf(transaction.changes[i]);
    if (own && resources[i] && *own != *resources[i]) {
      return Malformed(absl::StrCat("shows ", absl::Utf8SafeCHexEscape(transaction.changes[i].name),
                                    " otherwise than its payload has it"));
    }
  }
  return transaction;
}

}  // namespace oversight::ledger
