// Exported files as long as a test likes, of the SampleLog. Dies with a message when one cannot be written.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "common/ledger/archive/export_file.h"
#include "common/ledger/archive/export_writer.h"
#include "tests/support/sample_log.h"

namespace oversight::testing {

// Writes the first `count` transactions as those of a ledger, such as "ledgers/forces". Gives the root over them.
inline ledger::Hash WriteSampleExport(const std::string& path, const std::string& ledger, int count,
                                      const std::string& store_id = std::string(32, 'a')) {
  ledger::ExportHeader header;
  header.ledger = ledger;
  header.store_id = store_id;
  ledger::TreeBuilder tree;
  SampleLog first;
  for (int i = 0; i < count; ++i) {
    const ledger::LoggedTransaction transaction = first.Next();
    tree.Append(*ledger::HashFromBytes(transaction.leaf_hash));
    header.tree.recorded_time = transaction.recorded_time;
  }
  header.tree.size = count;
  header.tree.root = ledger::HashBytes(tree.Root());
  auto output = ledger::ExportOutput::Create(path);
  absl::Status status = output.status();
  if (status.ok()) {
    ledger::ExportWriter writer((*output)->stream(), header);
    SampleLog second;
    for (int i = 0; i < count && status.ok(); ++i) status = writer.Add(second.Next());
    if (status.ok()) status = writer.Finish();
    if (status.ok()) status = (*output)->Finish().status();
  }
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::abort();
  }
  return tree.Root();
}

}  // namespace oversight::testing
