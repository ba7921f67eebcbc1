#include "common/ledger/archive/manifest.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/ledger/archive/canonical_json.h"
#include "common/ledger/archive/export_format.h"
#include "common/ledger/archive/json_fields.h"
#include "common/rpc/errors.h"

namespace oversight::ledger {
namespace {

absl::StatusOr<ExportedFile> ReadFile(const boost::json::value& value) {
  if (!value.is_object()) return absl::InvalidArgumentError("tells of a file in a way that is not understood");
  JsonFields fields(value.get_object());
  ExportedFile file;
  file.digest.bytes = fields.Number("bytes");
  file.changes = fields.Number("changes");
  file.file = fields.Text("file");
  const std::string format = fields.Text("format");
  file.ledger = fields.Text("ledger");
  file.revision = fields.Number("revision");
  if (file.revision > 0) file.recorded_time = fields.Time("recordedTime");
  file.root = fields.Root("rootHash");
  file.digest.sha256 = fields.Bytes("sha256");
  file.store_id = fields.Text("storeId");
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  if (format != kExportFormat || file.file.empty() || file.file.find('/') != std::string::npos) {
    return absl::InvalidArgumentError("tells of a file of another format, or elsewhere");
  }
  return file;
}

}  // namespace

std::string ToJson(const ExportedFile& file) {
  std::string out = "{";
  Member("bytes", file.digest.bytes, out);
  Member("changes", file.changes, out);
  Member("file", file.file, out);
  Member("format", kExportFormat, out);
  Member("ledger", file.ledger, out);
  if (file.revision > 0) TimeMember("recordedTime", file.recorded_time, out);
  Member("revision", file.revision, out);
  Member("rootHash", Hex(file.root), out);
  Member("sha256", Hex(file.digest.sha256), out);
  Member("storeId", file.store_id, out);
  return out + "}";
}

std::string ManifestText(const Manifest& manifest) {
  std::string files;
  for (const ExportedFile& file : manifest.files) absl::StrAppend(&files, files.empty() ? "" : ",", ToJson(file));
  std::string out = "{";
  RawMember("files", absl::StrCat("[", files, "]"), out);
  Member("format", kManifestFormat, out);
  TimeMember("time", manifest.time, out);
  return out + "}\n";
}

absl::StatusOr<Manifest> ParseManifest(const std::string& text) {
  const auto value = ParseJson(text);
  if (!value.ok() || !value->is_object()) return absl::InvalidArgumentError("is not a JSON object");
  JsonFields fields(value->get_object());
  const std::string format = fields.Text("format");
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  if (format != kManifestFormat) {
    return absl::InvalidArgumentError(absl::StrCat("is of the format \"",
                                                   absl::Utf8SafeCHexEscape(format.substr(0, 80)),
                                                   "\", and this program reads ", kManifestFormat));
  }
  Manifest manifest;
  manifest.time = fields.Time("time");
  const boost::json::array* files = fields.Array("files");
  OVERSIGHT_RETURN_IF_ERROR(fields.status());
  for (const boost::json::value& item : *files) {
    OVERSIGHT_ASSIGN_OR_RETURN(ExportedFile file, ReadFile(item));
    manifest.files.push_back(std::move(file));
  }
  if (ManifestText(manifest) != text) return absl::InvalidArgumentError("was changed");
  return manifest;
}

}  // namespace oversight::ledger
