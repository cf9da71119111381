import { type Command, InvalidArgumentError } from "commander";
import { createApp, ROLES, type Role } from "../app.ts";
import { readConfig } from "../config.ts";
import { createLogger } from "../logger.ts";
import type { Terminal } from "./terminal.ts";

/** `countersign start`: runs until SIGTERM or Ctrl-C, then stops in good order. */
export function addStart(program: Command, terminal: Terminal): void {
  program
    .command("start")
    .description("Start Countersign, or a part of it")
    .option("--roles <roles>", `what this process does, of ${ROLES.join(", ")}`, readRoles, [...ROLES])
    .action(async ({ roles }: { readonly roles: readonly Role[] }) => start(terminal, roles));
}

async function start(terminal: Terminal, roles: readonly Role[]): Promise<void> {
  const { env, dir, stdout, stderr, onSignal } = terminal;
  const log = createLogger({
    now: Date.now,
    write: (line) => stderr.write(line),
    isTerminal: stderr.isTTY ?? false,
  });
  const config = readConfig({ env, dir });
  const app = await createApp(config, { roles, log, environment: env, clock: { now: Date.now } });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) onSignal(signal, resolve);
  });
  const page = config.slack.kind === "local" ? "/local" : "";
  stdout.write(`Countersign is ready: ${app.url}${page}\n`);
  if (config.missingForProduction.length > 0)
    stdout.write(`Missing for production: ${config.missingForProduction.join(", ")}\n`);
  for (const note of app.notes) stdout.write(`${note}\n`);
  await stopped;
  stdout.write("Stopping…\n");
  await app.close();
}

function readRoles(text: string): readonly Role[] {
  const roles = text.split(",").map((role) => role.trim());
  const unknown = roles.filter((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown.length > 0) throw new InvalidArgumentError(`${unknown.join(", ")}: write ${ROLES.join(", ")}.`);
  return roles as Role[];
}
