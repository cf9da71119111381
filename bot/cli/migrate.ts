import type { Command } from "commander";
import { createClosers } from "../closers.ts";
import { readConfig } from "../config.ts";
import { openDatabase } from "../database.ts";
import { quietLogger } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, forPrograms } from "./options.ts";
import { print } from "./print.ts";

/** `migrate`: brings the database to what this version needs, and makes the embedded one where there is none. */
export function addMigrate(program: Command, operator: Operator): void {
  forPrograms(program.command("migrate"))
    .description("Bring the database to what this version needs (every start does so too)")
    .action((options: Common) => migrate(operator, options));
}

async function migrate(operator: Operator, options: Common): Promise<void> {
  const log = quietLogger(operator);
  const closers = createClosers(log);
  try {
    const config = readConfig({ env: operator.env, dir: operator.home });
    const { url, notes } = await openDatabase(config, { log, closers });
    const { host, pathname } = new URL(url);
    const database = config.databaseUrl === null ? "embedded" : `${host}${pathname}`;
    print(operator, options, {
      value: { migrated: true, database, notes },
      lines: [`The database (${database}) is what this version needs.`, ...notes],
    });
  } finally {
    await closers.close();
  }
}
