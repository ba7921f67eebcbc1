#include "common/rpc/archive_commands.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/ledger/archive/canonical_json.h"
#include "common/ledger/archive/export_file.h"
#include "common/ledger/archive/export_reader.h"
#include "common/ledger/archive/export_store.h"
#include "common/ledger/archive/kept_head.h"
#include "common/ledger/archive/restore.h"
#include "common/ledger/archive/verdict.h"
#include "common/ledger/store.h"
#include "common/ledger/whole_log.h"
#include "common/observe/progress.h"
#include "common/rpc/errors.h"

namespace oversight::rpc {
namespace {

using ledger::Auditor;
using ledger::ExportReader;
using ledger::KeptHead;

void Print(const std::string& text) { std::fputs(text.c_str(), stdout); }

absl::Status Refuse(const std::string& message) { return absl::FailedPreconditionError(message); }

// The head that is given, or none.
absl::StatusOr<std::vector<KeptHead>> HeadsOf(const StoreArguments& arguments) {
  std::vector<KeptHead> heads;
  if (arguments.head.empty()) return heads;
  std::ifstream in(arguments.head, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return Refuse(absl::StrCat("Cannot read the head in ", arguments.head, "."));
  absl::StatusOr<KeptHead> head = ledger::ReadKeptHead(text, absl::StrCat("the head in ", arguments.head), {});
  if (!head.ok()) {
    return Refuse(absl::StrCat("The head in ", arguments.head, " cannot be used. ", head.status().message()));
  }
  heads.push_back(*std::move(head));
  return heads;
}
// A head that is of another ledger proves nothing here.
absl::Status CheckUsed(const std::vector<KeptHead>& given, const std::vector<std::string>& used) {
  if (given.size() == used.size()) return absl::OkStatus();
  return Refuse(absl::StrCat(given.front().source, " is of the log ", given.front().origin,
                             ", which is not this one. Nothing was changed."));
}

void Print(const StoreArguments& arguments, const ledger::Verdict& verdict) {
  Print(arguments.json ? verdict.ToJson() : verdict.ToText());
}

// A store that is there, brought up to date, and that nobody else writes to if its engine can tell.
absl::StatusOr<std::unique_ptr<ledger::Engine>> OpenStore(const StoreArguments& arguments) {
  OVERSIGHT_ASSIGN_OR_RETURN(std::unique_ptr<ledger::Engine> engine, ledger::EngineFor(arguments.store));
  OVERSIGHT_ASSIGN_OR_RETURN(const int schema, engine->Schema());
  if (schema == 0) return Refuse("There is no store at this place.");
  OVERSIGHT_RETURN_IF_ERROR(engine->Migrate().status());
  return engine;
}

}  // namespace

absl::Status ExportStore(const Program& program, const StoreArguments& arguments) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Engine> engine, OpenStore(arguments));
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::ExportOutput> output,
                             ledger::ExportOutput::Create(arguments.file()));
  observe::Progress progress(program.ledger_name, "transactions");
  OVERSIGHT_ASSIGN_OR_RETURN(
      const ledger::ExportHeader header,
      ledger::ExportStore(*engine, program.ledger_name, output->stream(),
                          [&](ledger::Revision done, ledger::Revision total) { progress.Show(done, total); }));
  OVERSIGHT_RETURN_IF_ERROR(output->Finish().status());
  engine->Close();
  if (arguments.json) {
    std::string json = "{\"file\":";
    ledger::AppendJsonText(arguments.file(), json);
    Print(absl::StrCat(json, ",\"revision\":", header.tree.size, "}\n"));
  } else {
    Print(absl::StrCat("Exported ", program.ledger_name, " up to revision ", header.tree.size, " to ", arguments.file(),
                       ".\n"));
  }
  return absl::OkStatus();
}

absl::Status VerifyStore(const Program& program, const StoreArguments& arguments) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<KeptHead> heads, HeadsOf(arguments));
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Engine> engine, OpenStore(arguments));
  OVERSIGHT_ASSIGN_OR_RETURN(const ledger::StoreIdentity identity, engine->Identity());
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Reader> reader, engine->OpenReader());
  OVERSIGHT_ASSIGN_OR_RETURN(const ledger::Head end, reader->GetHead());
  const std::string origin = ledger::OriginOf(program.ledger_name, identity.id);
  Auditor auditor;
  auditor.ReadingBegan(end.revision);
  const std::vector<std::string> used = ledger::KnowHeads(origin, heads, auditor);
  OVERSIGHT_RETURN_IF_ERROR(CheckUsed(heads, used));
  observe::Progress progress(program.ledger_name, "transactions");
  const auto take = [&](const ledger::LoggedTransaction& transaction) {
    progress.Show(auditor.size(), end.revision);
    return auditor.Add(transaction) ? absl::OkStatus() : absl::CancelledError();
  };
  absl::Status read = ledger::ForEachWhole(*reader, 0, end.revision, take);
  // Other processes may have the store open where its engine allows that.
  if (read.ok()) {
    read = ledger::ReadOnForRedactions(auditor, [&] { return ledger::ReadOn(*reader, auditor.size(), take); });
  }
  if (absl::IsDataLoss(read)) {
    auditor.Fail("the database cannot give it: it is damaged there");
  } else if (!read.ok() && !auditor.finding()) {
    return read;
  }
  if (!auditor.finding() && auditor.size() < end.revision) auditor.Fail("it is missing");
  auditor.Finish();
  engine->Close();
  Print(arguments, ledger::VerdictOf(program.ledger_name, origin, auditor, used));
  return auditor.finding() ? Refuse(auditor.finding()->ToString()) : absl::OkStatus();
}

absl::Status RestoreStore(const Program& program, const StoreArguments& arguments) {
  OVERSIGHT_ASSIGN_OR_RETURN(const std::vector<KeptHead> heads, HeadsOf(arguments));
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::ExportInput> input,
                             ledger::ExportInput::Open(arguments.file()));
  ExportReader reader(input->stream(), heads);
  const bool opened = reader.Open();
  const auto verdict = [&] {
    return ledger::VerdictOf(arguments.file(), opened ? reader.origin() : "", reader.auditor(), reader.heads());
  };
  if (!opened) {
    Print(arguments, verdict());
    return Refuse("The file is not sound, and nothing of it was restored. The store is as it was.");
  }
  if (reader.header().ledger != program.ledger_name) {
    return Refuse(absl::StrCat(arguments.file(), " is of ", reader.header().ledger, ", and this service keeps ",
                               program.ledger_name, ". The store is as it was."));
  }
  OVERSIGHT_RETURN_IF_ERROR(CheckUsed(heads, reader.heads()));
  OVERSIGHT_ASSIGN_OR_RETURN(const std::unique_ptr<ledger::Engine> engine, ledger::EngineFor(arguments.store));
  observe::Progress progress(absl::StrCat("restoring ", program.ledger_name), "transactions");
  const absl::Status status =
      ledger::Restore(reader, *engine, [&](ledger::Revision done) { progress.Show(done, reader.header().tree.size); });
  engine->Close();
  if (reader.finding()) {
    Print(arguments, verdict());
    return Refuse(
        "The file is not sound, and nothing of it can be used. No service starts on this store now. Run `restore` "
        "again with a sound file: it clears the store and begins anew.");
  }
  OVERSIGHT_RETURN_IF_ERROR(status);
  Print(arguments, verdict());
  if (!arguments.json) {
    Print(absl::StrCat("Restored ", program.ledger_name, ". The store has the id ", reader.header().store_id, ".\n"));
  }
  return absl::OkStatus();
}

}  // namespace oversight::rpc
