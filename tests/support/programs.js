// Programs that JavaScript tests run: the tree's own binaries and those of the machine.
import { execFileSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

// What a program prints; throws when it fails.
export const run = (program, args, options) => {
  try {
    return execFileSync(program, args, { encoding: "utf8", maxBuffer: 64 << 20, ...options });
  } catch (error) {
    if (error.code === "ENOENT") throw new Error(`${program} is not on this machine. These tests need it; see CONTRIBUTING.md.`);
    throw error;
  }
};

// A binary of the build, from BIN.
export const binary = (name) => {
  if (!process.env.BIN) throw new Error("BIN must name the folder of the built binaries.");
  return resolve(process.env.BIN, name);
};

const patience = 60_000;
// Asks until there is an answer, and gives it.
export const until = async (what, ask) => {
  for (const end = Date.now() + patience; Date.now() < end; await pause(20)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(`In ${patience / 1000} s it did not come to this: ${what}`);
};
