// Makes the tables of flags in docs/operations.md of what the programs say in --help. `flag_tables.js --write` puts them there; the
// test docs.test.js says when that is to be done.
//
//   BIN=build/release/bin node tests/k8s/flag_tables.js --write
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../support/programs.js";
import { services } from "./cluster.js";
import { commandsOf, flagsOf } from "./help.js";

export const document = join(root, "docs/operations.md");

const cell = (text) => text.replaceAll("|", "\\|");
const short = (program) => program.replace("-service", "");

// One row for each flag, with the programs that have it, and defaults one by one where they differ.
const table = (programs, flagsOfProgram) => {
  const rows = new Map();
  for (const program of programs) {
    for (const { name, value, meaning } of flagsOfProgram(program)) {
      const key = `${name} ${meaning}`;
      if (!rows.has(key)) rows.set(key, { name, meaning, values: new Map() });
      rows.get(key).values.set(program, value);
    }
  }
  const lines = [...rows.values()].map(({ name, meaning, values }) => {
    const different = new Set(values.values());
    const said = (value) => (value === "" ? "none" : `\`${value}\``);
    const defaults = different.size === 1 ? said([...different][0])
      : [...values].map(([program, value]) => `${short(program)} ${said(value)}`).join(", ");
    const who = values.size === programs.length ? "all" : [...values.keys()].map(short).join(", ");
    return `| \`--${name}\` | ${cell(defaults)} | ${who} | ${cell(meaning)} |`;
  });
  return ["| flag | default | of | meaning |", "|---|---|---|---|", ...lines].join("\n");
};

export const tables = () => {
  const stores = services.filter((program) => commandsOf(program).length > 0);
  const commands = commandsOf(stores[0]);
  return [
    table(services, (program) => flagsOf(program)),
    `The commands ${commands.map((each) => `\`${each}\``).join(", ")} of the services with a store take:`,
    table(commands, (command) => flagsOf(stores[0], command)),
  ].join("\n\n");
};

// The document with the tables in their place.
export const updated = (text) => {
  const [, before, after] = /^([^]*<!-- flags: [^\n]*-->\n)[^]*?(<!-- end of flags -->[^]*)$/.exec(text);
  return `${before}${tables()}\n${after}`;
};

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes("--write")) {
  writeFileSync(document, updated(readFileSync(document, "utf8")));
}
