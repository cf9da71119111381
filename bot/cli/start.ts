import { type Command, InvalidArgumentError } from "commander";
import type { App } from "../app.ts";
import { type Config, readConfig } from "../config.ts";
import { createLogger } from "../logger.ts";
import { ROLES, type Role } from "../roles.ts";
import type { Operator } from "./operator.ts";
import { type Common, forPrograms } from "./options.ts";

type Options = Common & { readonly roles: readonly Role[] };

/** One Ctrl-C comes twice where npm passes it on to us too: what comes so soon after it is the same. */
const SAME_PRESS_MS = 400;
/** What hangs on after everything was closed is let go. */
const LINGER_MS = 500;
/** As a shell has it for a command that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/** `start`: runs until SIGTERM or Ctrl-C, then stops in good order; a second Ctrl-C ends it at once. */
export function addStart(program: Command, operator: Operator): void {
  forPrograms(program.command("start"))
    .description("Start Countersign, or a part of it")
    .option("--roles <roles>", `what this process does, of ${ROLES.join(", ")}`, readRoles, [...ROLES])
    .action((options: Options) => start(operator, options));
}

async function start(operator: Operator, { roles, json }: Options): Promise<void> {
  const { env, home, stdout, stderr, exit } = operator;
  const stopping = watchSignals(operator);
  const config = readConfig({ env, dir: home });
  const log = createLogger({
    now: Date.now,
    write: (line) => stderr.write(line),
    isTerminal: stderr.isTTY ?? false,
  });
  // Only here: other commands need not wait for Bolt and the queue to load.
  const { createApp } = await import("../app.ts");
  const app = await createApp(config, {
    ...{ roles, log, environment: env, stopping },
    clock: { now: Date.now },
  }).catch((error: unknown) => {
    if (error !== stopping.reason) throw error;
    return null;
  });
  if (app) {
    for (const line of json ? [toJson(config, app)] : linesOf(config, app)) stdout.write(`${line}\n`);
    await aborted(stopping);
    if (!json) stdout.write("Stopping…\n");
    await app.close();
  }
  setTimeout(() => exit(0), LINGER_MS).unref();
}

const pageOf = ({ slack }: Config, { url }: App): string => (slack.kind === "local" ? `${url}/local` : url);

function linesOf(config: Config, app: App): readonly string[] {
  const { missingForProduction: missing } = config;
  return [
    `Countersign is ready: ${pageOf(config, app)}`,
    ...(missing.length > 0 ? [`Missing for production: ${missing.join(", ")}`] : []),
    ...app.notes,
  ];
}

const toJson = (config: Config, app: App): string =>
  JSON.stringify({
    ready: pageOf(config, app),
    url: app.url,
    missing_for_production: config.missingForProduction,
    notes: app.notes,
  });

/** Aborted at the first signal. Watched from the very beginning: a start may be stopped too. */
function watchSignals({ onSignal, exit }: Operator): AbortSignal {
  const stop = new AbortController();
  let askedAt = 0;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    onSignal(signal, () => {
      if (stop.signal.aborted && performance.now() - askedAt > SAME_PRESS_MS) exit(INTERRUPTED);
      if (stop.signal.aborted) return;
      askedAt = performance.now();
      stop.abort();
    });
  return stop.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });

function readRoles(text: string): readonly Role[] {
  const roles = text.split(",").map((role) => role.trim());
  const unknown = roles.filter((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown.length > 0) throw new InvalidArgumentError(`${unknown.join(", ")}: write ${ROLES.join(", ")}.`);
  return roles as Role[];
}
