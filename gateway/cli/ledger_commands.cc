#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ledger/archive/export_file.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/archive/kept_head.h"
#include "common/ledger/archive/manifest.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/archive/verdict.h"
#include "common/observe/progress.h"
#include "common/rpc/errors.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/log_stream.h"
#include "oversight/ledger/v1/ledger_service.pb.h"

namespace oversight::cli {
namespace {

using ledger::Auditor;
using ledger::ExportedFile;
using ledger::ExportReader;
using ledger::KeptHead;
using ledger::LoggedTransaction;
using ledger::Verdict;
using ledger::VerifierKey;

constexpr size_t kMostHeadBytes = 64 << 10, kMostManifestBytes = 1 << 20;

// Whether the service said that its own log is damaged, rather than that it cannot answer.
bool IsDamage(const absl::Status& status) { return absl::IsDataLoss(status); }

struct VerifyArguments {
  std::vector<std::string> subjects, head_files, key_texts;
};
struct Evidence {
  std::vector<KeptHead> heads;
  std::vector<VerifierKey> keys;
};

absl::StatusOr<Evidence> ReadEvidence(const VerifyArguments& arguments) {
  Evidence evidence;
  for (const std::string& given : arguments.key_texts) {
    // A key has two plus signs, which a path hardly has.
    std::string text = given;
    if (std::count(text.begin(), text.end(), '+') < 2) {
      auto content = ReadFile(given, kMostHeadBytes);
      if (!content.ok()) return content.status();
      text = *std::move(content);
    }
    const auto key = VerifierKey::Parse(std::string(absl::StripAsciiWhitespace(text)));
    if (!key.ok()) return UsageError(absl::StrCat("--key: ", key.status().message()));
    evidence.keys.push_back(*key);
  }
  for (const std::string& path : arguments.head_files) {
    const auto content = ReadFile(path, kMostHeadBytes);
    if (!content.ok()) return content.status();
    auto head = ledger::ReadKeptHead(*content, absl::StrCat("the head in ", path), evidence.keys);
    if (!head.ok()) {
      return Error(absl::StatusCode::kFailedPrecondition, std::string("HEAD_NOT_USABLE"),
                   absl::StrCat("The head in ", path, " cannot be used. ", head.status().message()));
    }
    evidence.heads.push_back(*std::move(head));
  }
  return evidence;
}

absl::StatusOr<Verdict> VerifyLive(Session& session, const std::string& name, const Evidence& evidence) {
  auto head = GetHead(session, name);
  if (!head.ok()) return head.status();
  Auditor auditor;
  const std::string source = absl::StrCat("the head of ", name);
  if (const std::string problem = ledger::CheckpointProblem(head->checkpoint(), head->origin(), head->tree_size(),
                                                            RootOf(*head), evidence.keys);
      !problem.empty()) {
    auditor.FailWhole(absl::StrCat("its head ", problem));
  }
  auditor.Know({source, head->tree_size(), RootOf(*head)});
  auditor.ReadingBegan(head->tree_size());
  std::vector<std::string> heads = KnowHeads(head->origin(), evidence.heads, auditor);

  observe::Progress progress(name, "transactions");
  LogStream log(session, name, StoreIdOf(*head));
  const auto take = [&](const ledger::v1::Transaction& record) {
    progress.Show(auditor.size(), head->tree_size());
    const absl::StatusOr<LoggedTransaction> transaction = ledger::FromRecord(record);
    if (!transaction.ok()) return auditor.Fail(std::string(absl::StripSuffix(transaction.status().message(), ".")));
    return auditor.Add(*transaction);
  };
  absl::Status status;
  if (!auditor.finding() && head->tree_size() > 0) status = log.Read(head->tree_size(), take);
  if (status.ok()) status = ledger::ReadOnForRedactions(auditor, [&] { return log.Read(0, take); });
  if (IsDamage(status)) {
    auditor.Fail(absl::StrCat("the service cannot give it: ", absl::StripSuffix(status.message(), ".")));
  } else if (!status.ok()) {
    return status;
  }
  auditor.Finish();
  return VerdictOf(name, head->origin(), auditor, std::move(heads));
}

// `told`: what the manifest of its backup says of the file; null when there is none.
absl::StatusOr<Verdict> VerifyFile(const std::string& path, const Evidence& evidence, const ExportedFile* told) {
  const auto input = ledger::ExportInput::Open(path);
  if (!input.ok()) {
    return UsageError(absl::StrCat("\"", path,
                                   "\" is neither a ledger (forces, concerns, monitoring) nor a file or backup that "
                                   "can be read."));
  }
  std::vector<KeptHead> heads = evidence.heads;
  if (told != nullptr) {
    heads.push_back({"the manifest", ledger::OriginOf(told->ledger, told->store_id), told->revision, told->root});
  }
  ExportReader reader((*input)->stream(), std::move(heads), evidence.keys);
  observe::Progress progress(path, "transactions");
  if (reader.Open()) {
    while (reader.Next() != nullptr) progress.Show(reader.auditor().size(), reader.header().tree.size);
  }
  Verdict verdict =
      VerdictOf(path, reader.header().ledger.empty() ? "" : reader.origin(), reader.auditor(), reader.heads());
  if (told != nullptr && !verdict.finding) {
    const auto digest = ledger::DigestOf(path);
    if (!digest.ok() || digest->sha256 != told->digest.sha256 || reader.header().ledger != told->ledger) {
      verdict.finding = {0, 0, "this is not the file that the manifest tells of: its SHA-256 or its ledger is another"};
    }
  }
  return verdict;
}

// Something to verify: a ledger of the suite, a file, or a file of a backup.
struct Subject {
  std::string name;
  std::optional<ExportedFile> told;
};

// A folder stands for the files of the backup in it.
absl::StatusOr<std::vector<Subject>> SubjectsOf(const std::vector<std::string>& given) {
  std::vector<Subject> subjects;
  for (const std::string& name : given) {
    std::error_code error;
    if (LedgerName(name) || !std::filesystem::is_directory(name, error)) {
      subjects.push_back({name, std::nullopt});
      continue;
    }
    const std::filesystem::path folder = name;
    const auto text = ReadFile(folder / ledger::kManifestFile, kMostManifestBytes);
    if (!text.ok()) {
      return UsageError(
          absl::StrCat(name, " is no backup, or one that was not finished: it has no ", ledger::kManifestFile, "."));
    }
    const auto manifest = ledger::ParseManifest(*text);
    if (!manifest.ok()) {
      return Error(absl::StatusCode::kFailedPrecondition, std::string("LOG_NOT_SOUND"),
                   absl::StrCat("The manifest of ", name, " ", manifest.status().message(), "."));
    }
    for (const ExportedFile& file : manifest->files) subjects.push_back({folder / file.file, file});
  }
  return subjects;
}

absl::Status VerifyAll(Session& session, VerifyArguments arguments) {
  auto evidence = ReadEvidence(arguments);
  if (!evidence.ok()) return evidence.status();
  if (arguments.subjects.empty()) arguments.subjects = Ledgers();
  const auto subjects = SubjectsOf(arguments.subjects);
  if (!subjects.ok()) return subjects.status();
  std::vector<std::string> not_sound;
  std::vector<std::string> origins;
  absl::Status unfinished;
  for (const Subject& subject : *subjects) {
    const auto name = LedgerName(subject.name);
    const auto verdict = name ? VerifyLive(session, *name, *evidence)
                              : VerifyFile(subject.name, *evidence, subject.told ? &*subject.told : nullptr);
    if (!verdict.ok()) {
      if (IsUsageError(verdict.status())) return verdict.status();
      *session.out << (session.json ? "" : absl::StrCat(subject.name, ": not verified.\n"));
      if (unfinished.ok()) unfinished = verdict.status();
      continue;
    }
    *session.out << (session.json ? verdict->ToJson() : verdict->ToText()) << std::flush;
    origins.push_back(verdict->origin);
    if (verdict->finding) not_sound.push_back(absl::StrCat(verdict->subject, ": ", verdict->finding->ToString()));
  }
  if (!not_sound.empty()) {
    return Error(absl::StatusCode::kFailedPrecondition, std::string("LOG_NOT_SOUND"), not_sound.front());
  }
  if (!unfinished.ok()) return unfinished;
  for (const KeptHead& head : evidence->heads) {
    const bool used = std::any_of(origins.begin(), origins.end(),
                                  [&](const std::string& origin) { return ledger::SameLedger(origin, head.origin); });
    if (!used) {
      return UsageError(
          absl::StrCat(head.source, " is of the log ", head.origin, ", which was not among those verified."));
    }
  }
  return absl::OkStatus();
}

absl::Status ShowHead(Session& session, const std::string& ledger, const std::string& save) {
  const auto head = GetHead(session, *LedgerName(ledger));
  if (!head.ok()) return head.status();
  const std::string text = ledger::TextToKeep(head->origin(), head->tree_size(), RootOf(*head), head->checkpoint());
  if (!save.empty()) {
    std::ofstream out(save, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) return absl::FailedPreconditionError(absl::StrCat("Cannot write ", save, "."));
  }
  if (session.json) {
    PrintJson(session, *head);
  } else {
    *session.out << text;
    if (!head->verifier_key().empty()) {
      *session.err << "Signed by " << head->verifier_key() << "\n";
    } else {
      *session.err << "Not signed: the service has no signing key.\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> LedgerCommands() {
  std::vector<Command> commands(2);
  commands[0] = {
      .name = "verify",
      .summary = "Check that the log of a service, an exported file or a backup is whole and unchanged.",
      .details = "Names the first bad revision. Exit code 0: sound, 1: not sound.",
      .positionals = {{.name = "subject",
                       .value = "LEDGER|FILE",
                       .help = "forces, concerns, monitoring, or the path of an exported file; all three ledgers when "
                               "none is given.",
                       .repeated = true}},
      .flags = {{.name = "head",
                 .value = "FILE",
                 .help = "A file in which an older head was kept (oversight head --save): the log must go on from it. "
                         "May be given several times.",
                 .repeated = true},
                {.name = "key",
                 .value = "KEY|FILE",
                 .help = "The key that heads must be signed with, as text (name+id+base64) or the path of a file with "
                         "it. May be given several times.",
                 .repeated = true}},
      .run = [](Session& session, const Arguments& arguments) {
        return VerifyAll(session, {.subjects = arguments.all("subject"),
                                   .head_files = arguments.all("head"),
                                   .key_texts = arguments.all("key")});
      }};
  commands[1] = {.name = "head",
                 .summary = "Show the head of a log: its size and the root over it, signed when the service signs.",
                 .positionals = {{.name = "ledger",
                                  .value = "LEDGER",
                                  .help = "forces, concerns or monitoring.",
                                  .required = true,
                                  .check = &LedgerProblem}},
                 .flags = {{.name = "save",
                            .value = "FILE",
                            .help = "Keep it in this file, for `oversight verify --head` later."}},
                 .run = [](Session& session, const Arguments& arguments) {
                   return ShowHead(session, arguments.text("ledger"), arguments.text("save"));
                 }};
  return commands;
}

}  // namespace oversight::cli
