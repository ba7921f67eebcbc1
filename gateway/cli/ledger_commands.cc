#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/archive/kept_head.h"
#include "common/ledger/archive/record.h"
#include "common/ledger/archive/verdict.h"
#include "common/observe/progress.h"
#include "common/rpc/errors.h"
#include "gateway/cli/arguments.h"
#include "gateway/cli/commands.h"
#include "oversight/ledger/v1/ledger_service.pb.h"

namespace oversight::cli {
namespace {

namespace lv1 = ledger::v1;
using ledger::Auditor;
using ledger::ExportReader;
using ledger::Finding;
using ledger::Hash;
using ledger::KeptHead;
using ledger::LoggedTransaction;
using ledger::Revision;
using ledger::Verdict;
using ledger::VerifierKey;

constexpr char kService[] = "oversight.ledger.v1.LedgerService/";
constexpr size_t kMostHeadBytes = 64 << 10;

Hash RootOf(const lv1::TreeHead& head) { return ledger::HashFromBytes(head.root_hash()).value_or(Hash{}); }

absl::StatusOr<lv1::TreeHead> GetHead(Session& session, const std::string& name) {
  lv1::GetTreeHeadRequest request;
  request.set_name(name);
  lv1::GetTreeHeadResponse response;
  const absl::Status status = session.client->Call(absl::StrCat(kService, "GetTreeHead"), request, &response);
  if (!status.ok()) return status;
  return response.tree_head();
}

// Reads the log of a running service in order, and goes on where it was when the connection breaks.
class LogStream {
 public:
  LogStream(Session& session, std::string name) : session_(session), name_(std::move(name)) {}

  // Gives each transaction behind the last one given up to `up_to` (0: the end at present) to `take`, until that
  // returns false.
  absl::Status Read(Revision up_to, const std::function<bool(const lv1::Transaction&)>& take) {
    absl::Time give_up = absl::Now() + session_.options.timeout;
    absl::Duration pause = absl::Milliseconds(50);
    while (true) {
      const Revision before = position_;
      bool stopped = false;
      const absl::Status status = Attempt(up_to, take, &stopped);
      if (stopped || !absl::IsUnavailable(status)) return status;
      if (position_ > before) {
        give_up = absl::Now() + session_.options.timeout;
        pause = absl::Milliseconds(50);
      }
      if (absl::Now() + pause > give_up) return status;
      std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
      pause = std::min(2 * pause, absl::Seconds(2));
    }
  }
  Revision position() const { return position_; }
  const std::string& store_id() const { return store_id_; }

 private:
  absl::Status Attempt(Revision& up_to, const std::function<bool(const lv1::Transaction&)>& take, bool* stopped) {
    lv1::ExportTransactionsRequest request;
    request.set_name(name_);
    request.set_after_revision(position_);
    request.set_up_to_revision(up_to);
    lv1::ExportTransactionsResponse part;
    absl::Status failure;
    const absl::Status status =
        session_.client->Stream(absl::StrCat(kService, "ExportTransactions"), request, &part, [&] {
          if (part.has_started()) {
            if (store_id_.empty()) store_id_ = part.started().store_id();
            if (store_id_ != part.started().store_id()) {
              failure = absl::FailedPreconditionError(
                  "The service has another store than when the reading of its log began. Begin again.");
            }
            if (up_to == 0) up_to = part.started().tree_head().tree_size();
          }
          for (const lv1::Transaction& transaction : part.transactions().transactions()) {
            if (!failure.ok() || *stopped) break;
            position_ = transaction.revision();
            *stopped = !take(transaction);
          }
          return failure.ok() && !*stopped;
        });
    return failure.ok() ? status : failure;
  }

  Session& session_;
  const std::string name_;
  Revision position_ = 0;
  std::string store_id_;
};

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
  LogStream log(session, name);
  const auto take = [&](const lv1::Transaction& record) {
    progress.Show(auditor.size(), head->tree_size());
    const absl::StatusOr<LoggedTransaction> transaction = ledger::FromRecord(record);
    if (!transaction.ok()) return auditor.Fail(std::string(absl::StripSuffix(transaction.status().message(), ".")));
    return auditor.Add(*transaction);
  };
  absl::Status status;
  if (!auditor.finding() && head->tree_size() > 0) status = log.Read(head->tree_size(), take);
  // A payload may have been removed while the log was read: then the record of that stands behind the head.
  if (status.ok() && !auditor.finding() && auditor.awaits_redactions()) status = log.Read(0, take);
  if (IsDamage(status)) {
    auditor.Fail(absl::StrCat("the service cannot give it: ", absl::StripSuffix(status.message(), ".")));
  } else if (!status.ok()) {
    return status;
  }
  auditor.Finish();
  return VerdictOf(name, head->origin(), auditor, std::move(heads));
}

absl::StatusOr<Verdict> VerifyFile(const std::string& path, const Evidence& evidence) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return UsageError(absl::StrCat("\"", path,
                                   "\" is neither a ledger (forces, concerns, monitoring) nor a file that can "
                                   "be read."));
  }
  ExportReader reader(in, evidence.heads, evidence.keys);
  observe::Progress progress(path, "transactions");
  if (reader.Open()) {
    while (reader.Next() != nullptr) progress.Show(reader.auditor().size(), reader.header().tree.size);
  }
  return VerdictOf(path, reader.header().ledger.empty() ? "" : reader.origin(), reader.auditor(), reader.heads());
}

absl::Status VerifyAll(Session& session, VerifyArguments arguments) {
  auto evidence = ReadEvidence(arguments);
  if (!evidence.ok()) return evidence.status();
  if (arguments.subjects.empty()) arguments.subjects = Ledgers();
  std::vector<std::string> not_sound;
  std::vector<std::string> origins;
  absl::Status unfinished;
  for (const std::string& subject : arguments.subjects) {
    const auto name = LedgerName(subject);
    const auto verdict = name ? VerifyLive(session, *name, *evidence) : VerifyFile(subject, *evidence);
    if (!verdict.ok()) {
      if (IsUsageError(verdict.status())) return verdict.status();
      std::cout << (session.json ? "" : absl::StrCat(subject, ": not verified.\n"));
      if (unfinished.ok()) unfinished = verdict.status();
      continue;
    }
    std::cout << (session.json ? verdict->ToJson() : verdict->ToText()) << std::flush;
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

absl::Status Redact(Session& session, const std::string& ledger, const std::string& version,
                    const std::string& reason) {
  const auto parsed = ParseVersion(version);
  if (!parsed.ok()) return parsed.status();
  lv1::RedactVersionRequest request;
  request.set_name(*LedgerName(ledger));
  request.set_resource(parsed->first);
  request.set_resource_revision(parsed->second);
  request.set_reason(reason);
  return Change<lv1::RedactVersionRequest, lv1::RedactVersionResponse>(session, absl::StrCat(kService, "RedactVersion"),
                                                                       request, "redaction");
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
    PrintJson(*head);
  } else {
    std::cout << text;
    if (!head->verifier_key().empty()) {
      std::cerr << "Signed by " << head->verifier_key() << "\n";
    } else {
      std::cerr << "Not signed: the service has no signing key.\n";
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddLedgerCommands(CLI::App& app, Session& session) {
  {
    auto arguments = std::make_shared<VerifyArguments>();
    auto* verify = app.add_subcommand(
        "verify",
        "Check that the log of a service, or an exported file, is whole and unchanged. Names the first bad "
        "revision. Exit code 0: sound, 1: not sound");
    verify->add_option(
        "subjects", arguments->subjects,
        "forces, concerns, monitoring, or the path of an exported file; all three ledgers when none is given");
    verify->add_option("--head", arguments->head_files,
                       "A file in which an older head was kept (oversight head --save): the log must go on from it");
    verify->add_option(
        "--key", arguments->key_texts,
        "The key that heads must be signed with, as text (name+id+base64) or the path of a file with it");
    verify->callback(
        [&session, arguments] { session.run = [&session, arguments] { return VerifyAll(session, *arguments); }; });
  }
  {
    auto ledger = std::make_shared<std::string>();
    auto save = std::make_shared<std::string>();
    auto* head = app.add_subcommand(
        "head", "Show the head of a log: its size and the root over it, signed when the service signs");
    head->add_option("ledger", *ledger, "forces, concerns or monitoring")->required()->check(&LedgerProblem);
    head->add_option("--save", *save, "Keep it in this file, for `oversight verify --head` later");
    head->callback([&session, ledger, save] {
      session.run = [&session, ledger, save] { return ShowHead(session, *ledger, *save); };
    });
  }
  {
    auto ledger = std::make_shared<std::string>();
    auto version = std::make_shared<std::string>();
    auto reason = std::make_shared<std::string>();
    auto* redact = app.add_subcommand(
        "redact",
        "Remove what one earlier version of a record held, by law, for good. Who, when and why stay on record, and the "
        "log stays verifiable");
    redact->add_option("ledger", *ledger, "forces, concerns or monitoring")->required()->check(&LedgerProblem);
    redact->add_option("version", *version, "RESOURCE@REVISION, such as forces/kent/concerns/1@12")
        ->required()
        ->check(&VersionProblem);
    redact->add_option("--reason", *reason, "Why, with the legal basis. Kept for good: do not repeat what is removed")
        ->required()
        ->check(&NotEmpty);
    redact->callback([&session, ledger, version, reason] {
      session.run = [&session, ledger, version, reason] { return Redact(session, *ledger, *version, *reason); };
    });
  }
}

}  // namespace oversight::cli
