// What a binary says of itself: its flags with defaults and meaning, and its commands, read from --help.
import { binary, run } from "../support/programs.js";

const cache = new Map();
const helpOf = (program, command) => {
  const key = `${program} ${command ?? ""}`;
  if (!cache.has(key)) cache.set(key, run(binary(program), [...(command ? [command] : []), "--help"]));
  return cache.get(key);
};

// [{name, value (its default), variable, meaning}], in order, without --help and --version.
export const flagsOf = (program, command) => {
  const flags = [...helpOf(program, command).matchAll(/^ {2}--([a-z-]+)=(.*?) {2}\[([A-Z_]+)\]\n {6}(.+)$/gm)]
    .map(([, name, value, variable, meaning]) => ({ name, value, variable, meaning }));
  if (flags.length === 0) throw new Error(`No flags are to be found in the help of ${program} ${command ?? ""}.`);
  return flags;
};

// The commands beside serving: [] of the gateway.
export const commandsOf = (program) =>
  [...helpOf(program).split("\nUsage:")[0].matchAll(/^ {2}([a-z]+): /gm)].map(([, name]) => name);
