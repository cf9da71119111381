import { Command } from "commander";
import { addConnect } from "./connect.ts";
import { addKeys } from "./keys.ts";
import { addManifest } from "./manifest.ts";
import { addMigrate } from "./migrate.ts";
import { addProjects } from "./projects.ts";
import { addRuns } from "./runs.ts";
import { addStart } from "./start.ts";
import type { Terminal } from "./terminal.ts";

/** Runs one command of the operator's. Resolves to the exit code. Throws `StartFailure` with what to do. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command("countersign")
    .description("Agents do the work, people countersign it.")
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  addStart(program, terminal);
  addMigrate(program, terminal);
  addConnect(program, terminal);
  addManifest(program, terminal);
  addProjects(program, terminal);
  addRuns(program, terminal);
  addKeys(program, terminal);
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof Error && "exitCode" in error) return Number(error.exitCode); // commander has said why
    throw error;
  }
}
