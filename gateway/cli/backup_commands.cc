#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/ledger/archive/export_file.h"
#include "common/ledger/archive/export_writer.h"
#include "common/ledger/archive/json_fields.h"
#include "common/ledger/archive/manifest.h"
#include "common/ledger/archive/record.h"
#include "common/observe/progress.h"
#include "common/time/timestamp.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/log_stream.h"

namespace oversight::cli {
namespace {

using ledger::ExportedFile;

// Exports the log of a running service as it is when this begins, and verifies it on the way.
absl::StatusOr<ExportedFile> ExportLedger(Session& session, const std::string& name, const std::string& path) {
  const auto head = GetHeadPatiently(session, name);
  if (!head.ok()) return head.status();
  ledger::ExportHeader header;
  header.ledger = name;
  header.store_id = StoreIdOf(*head);
  header.tree = {head->tree_size(), head->root_hash(),
                 head->tree_size() > 0 ? GetTime(head->recorded_time()) : absl::InfinitePast()};
  header.checkpoint = head->checkpoint();
  header.verifier_key = head->verifier_key();
  auto output = ledger::ExportOutput::Create(path);
  if (!output.ok()) return output.status();
  ledger::ExportWriter writer((*output)->stream(), header);

  observe::Progress progress(name, "transactions");
  LogStream log(session, name, header.store_id);
  absl::Status failure;
  const auto take = [&](const ledger::v1::Transaction& record) {
    progress.Show(writer.auditor().size(), header.tree.size);
    const auto transaction = ledger::FromRecord(record);
    failure = transaction.ok() ? writer.Add(*transaction) : transaction.status();
    return failure.ok();
  };
  const auto read_to = [&](ledger::Revision up_to) {
    const absl::Status status = log.Read(up_to, take);
    return failure.ok() ? status : failure;
  };
  absl::Status status;
  if (header.tree.size > 0) status = read_to(header.tree.size);
  if (status.ok()) status = ledger::ReadOnForRedactions(writer.auditor(), [&] { return read_to(0); });
  if (!status.ok()) return status;
  if (absl::Status finished = writer.Finish(); !finished.ok()) return finished;
  auto digest = (*output)->Finish();
  if (!digest.ok()) return digest.status();
  const ledger::Auditor& all = writer.auditor();
  return ExportedFile{name,       header.store_id, path,       *std::move(digest),
                      all.size(), all.changes(),   all.Root(), all.recorded_time()};
}

std::string Told(const ExportedFile& file) {
  std::string text = absl::StrCat(file.ledger, " up to revision ", file.revision);
  if (file.revision > 0) {
    absl::StrAppend(&text, " of ", absl::FormatTime(absl::RFC3339_sec, file.recorded_time, absl::UTCTimeZone()));
  }
  return absl::StrCat(text, ", in ", file.file, " (", file.digest.bytes, " bytes).\n  root ", ledger::Hex(file.root),
                      "\n  SHA-256 ", ledger::Hex(file.digest.sha256), "\n");
}

absl::Status Export(Session& session, const std::string& ledger, const std::string& path) {
  const auto file = ExportLedger(session, *LedgerName(ledger), path);
  if (!file.ok()) return file.status();
  *session.out << (session.json ? ledger::ToJson(*file) + "\n" : Told(*file));
  return absl::OkStatus();
}

absl::Status WriteManifest(const std::string& path, const ledger::Manifest& manifest) {
  auto output = ledger::ExportOutput::Create(path);
  if (!output.ok()) return output.status();
  (*output)->stream() << ledger::ManifestText(manifest);
  return (*output)->Finish().status();
}

absl::Status Backup(Session& session, const std::string& directory) {
  const std::filesystem::path folder = directory;
  std::error_code error;
  if (std::filesystem::exists(folder / ledger::kManifestFile, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " holds a backup already. Give each backup a folder of its own, named by its day."));
  }
  std::filesystem::create_directories(folder.has_parent_path() ? folder.parent_path() : ".", error);
  // What is in it is not for everyone.
  const bool was_there = std::filesystem::is_directory(folder, error);
  if (!was_there && mkdir(directory.c_str(), 0700) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("Cannot make the folder ", directory, "."));
  }
  ledger::Manifest manifest;
  manifest.time = absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  // Calls run from monitoring to concerns to forces, so a record refers to what its owner had recorded before. Whoever
  // refers is exported before what is referred to.
  for (auto name = Ledgers().rbegin(); name != Ledgers().rend(); ++name) {
    const std::string file = absl::StrCat(name->substr(name->find('/') + 1), ".jsonl.gz");
    auto exported = ExportLedger(session, *name, folder / file);
    if (!exported.ok()) {
      // Who may not read the logs leaves no folder behind: what holds nothing is removed, anything else stays.
      if (!was_there && std::filesystem::remove(folder, error)) return exported.status();
      session.note = absl::StrCat("The backup in ", directory, " is not complete. Run it again.");
      return exported.status();
    }
    exported->file = file;
    if (!session.json) *session.out << Told(*exported) << std::flush;
    manifest.files.push_back(*std::move(exported));
  }
  if (absl::Status status = WriteManifest(folder / ledger::kManifestFile, manifest); !status.ok()) return status;
  *session.out << (session.json ? ledger::ManifestText(manifest)
                                : absl::StrCat("Backup complete: ", directory, ". To check it: oversight verify ",
                                               directory, "\n"));
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> BackupCommands() {
  std::vector<Command> commands(2);
  commands[0] = {.name = "export",
                 .summary = "Write the log of a running service to a file, as it is now, verified.",
                 .details = "Goes on after a broken connection; the file appears when it is whole.",
                 .positionals = {{.name = "ledger",
                                  .value = "LEDGER",
                                  .help = "forces, concerns or monitoring.",
                                  .required = true,
                                  .check = &LedgerProblem},
                                 {.name = "file",
                                  .value = "FILE",
                                  .help = "The file to write; compressed when its name ends in .gz.",
                                  .required = true}},
                 .run = [](Session& session, const Arguments& arguments) {
                   return Export(session, arguments.text("ledger"), arguments.text("file"));
                 }};
  commands[1] = {
      .name = "backup",
      .summary = "Export all three logs of the running suite into a folder, with a manifest.",
      .details = "SERVICE restore FILE brings them back. To check a backup: oversight verify FOLDER.",
      .positionals =
          {{.name = "folder", .value = "FOLDER", .help = "Made when missing, one for each backup.", .required = true}},
      .run = [](Session& session, const Arguments& arguments) { return Backup(session, arguments.text("folder")); }};
  return commands;
}

}  // namespace oversight::cli
