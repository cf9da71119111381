import { writeFileSync } from "node:fs";
import { runCommand } from "#integrations/processes/run-command.ts";

/**
 * A parent that tests kill: `node command-parent.ts <stop before: start | end> <folder>`. Prints the group as JSON; with
 * "start" it then waits for ever instead of letting the command begin.
 */
const [stopBefore, cwd = ""] = process.argv.slice(2);

const forEver = new Promise<void>(() => {
  setInterval(() => {}, 60_000);
});

await runCommand({
  line: "echo begun > begun; sleep 600 & wait",
  cwd,
  env: { PATH: process.env["PATH"] ?? "", COUNTERSIGN_RUN: `killed-${process.pid}` },
  timeoutMs: 600_000,
  signal: new AbortController().signal,
  onGroup: async (group) => {
    writeFileSync(1, `${JSON.stringify(group)}\n`);
    if (stopBefore === "start") await forEver;
  },
  onLine: () => {},
  capBytes: 1_000,
});
