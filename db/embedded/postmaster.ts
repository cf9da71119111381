import { once } from "node:events";
import { type FileHandle, open, readFile, readlink, realpath, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readIfThere } from "./files.ts";
import type { Owner } from "./owner.ts";
import type { Place } from "./place.ts";
import { isAlive, spawnPostgres } from "./process.ts";
import { codeOf, touching } from "./trouble.ts";

/** A Postgres server on a data folder. It takes connections only once it is ready. */
export type Postmaster = { readonly pid: number; readonly port: number; readonly isReady: boolean };

/** A server that was just started, until it ends or is left alone. `said` is what it wrote to its log. */
export type Launched = { readonly pid: number; hasEnded(): boolean; said(): Promise<string> };

const HALT_TIMEOUT_MS = 20_000;
const POLL_MS = 10;
const MOST_LOG_BYTES = 5_000_000;

/** The server that runs on a data folder now; null where `postmaster.pid` is missing, stale, or names another process. */
export async function findPostmaster(data: string): Promise<Postmaster | null> {
  const lines = (await readIfThere(join(data, "postmaster.pid")))?.split("\n") ?? [];
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !port || !(await runsIn(pid, data))) return null;
  return { pid, port, isReady: lines[7]?.trim() === "ready" };
}

/** A server's working directory is its data folder: no other process that got the same number is there. */
async function runsIn(pid: number, data: string): Promise<boolean> {
  if (process.platform !== "linux") return isAlive(pid);
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
  } catch (error) {
    if (["ENOENT", "EACCES", "EPERM", "ESRCH"].includes(codeOf(error))) return false;
    throw error;
  }
}

/** Starts a server on a free loopback port, and leaves it running when this process ends. `settings` overrule Postgres's. */
export async function launch(
  place: Place,
  data: string,
  settings: Readonly<Record<string, string>>,
): Promise<Launched> {
  const path = join(place.folder, "postgres.log");
  const log = await touching(place.folder, async () => {
    await removeStaleNumber(data);
    return openLog(path, place.owner);
  });
  try {
    const { size: before } = await log.stat();
    const all = { ...SETTINGS, port: String(await freePort()), ...settings };
    const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawnPostgres(place, "postgres", ["-D", data, ...flags], ["ignore", log.fd, log.fd]);
    await once(child, "spawn");
    child.unref();
    return {
      pid: child.pid ?? 0,
      hasEnded: () => child.exitCode !== null || child.signalCode !== null,
      said: async () => (await readFile(path)).subarray(before).toString("utf8"),
    };
  } finally {
    await log.close();
  }
}

/** Postgres takes a number that some other process has by now for a server that still runs. We can look closer. */
async function removeStaleNumber(data: string): Promise<void> {
  const path = join(data, "postmaster.pid");
  const pid = Number.parseInt((await readIfThere(path)) ?? "", 10);
  if (pid > 0 && isAlive(pid) && !(await runsIn(pid, data))) await rm(path, { force: true });
}

/** Small machines, and a database that only this machine can reach. What decides on durability stays as Postgres has it. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "128MB",
  max_connections: "200",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
};

/** Stops a server: open transactions are rolled back. Resolves when it has let go of its data folder. */
export async function halt(data: string, { pid }: Postmaster): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    if ((await findPostmaster(data))?.pid !== pid) return;
    process.kill(pid, signal);
    if (await ends(data, pid)) return;
  }
  throw new Error(`Postgres (process ${pid}) on ${data} does not stop.`);
}

async function ends(data: string, pid: number): Promise<boolean> {
  const limit = Date.now() + HALT_TIMEOUT_MS;
  while (Date.now() < limit) {
    if ((await findPostmaster(data))?.pid !== pid) return true;
    await delay(POLL_MS);
  }
  return false;
}

/** A log that has grown long makes way for a new one; only the one before is kept. It belongs to whoever owns the data. */
async function openLog(path: string, owner: Owner | null): Promise<FileHandle> {
  let log = await open(path, "a", 0o600);
  if ((await log.stat()).size > MOST_LOG_BYTES) {
    await log.close();
    await rename(path, `${path}.1`);
    log = await open(path, "a", 0o600);
  }
  if (owner) await log.chown(owner.uid, owner.gid);
  return log;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system named no free port.");
  return address.port;
}
