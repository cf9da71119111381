import type { Command } from "commander";
import { inOffice } from "./office.ts";
import { say } from "./print.ts";
import type { Terminal } from "./terminal.ts";

/** `migrate`: brings the database to what this code needs; every start does so too. */
export function addMigrate(program: Command, terminal: Terminal): void {
  program
    .command("migrate")
    .description("Bring the database to what this version needs (start does so too)")
    .option("--json", "for programs")
    .action(({ json }: { readonly json?: boolean }) =>
      inOffice(terminal, async () => say(terminal, json, { migrated: true }, "The database is ready.")),
    );
}
