import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const Said = z.object({
  url: z.string().default(""),
  adopted: z.boolean().optional(),
  note: z.string().optional(),
  failure: z.string().optional(),
});

/** Another process that uses an embedded Postgres, and what it said when it had it (or why it failed). */
export type EmbeddedProcess = z.output<typeof Said> & { readonly child: ChildProcess; stop(): Promise<void> };

const PROGRAM = fileURLToPath(new URL("embedded-user.ts", import.meta.url));

/** Starts one with an empty environment, in a process group of its own; `as` runs it as somebody else. */
export async function embeddedProcess(
  dataDir: string,
  as: { readonly uid?: number; readonly gid?: number } = {},
): Promise<EmbeddedProcess> {
  const child = spawn(process.execPath, [PROGRAM, dataDir], {
    ...as,
    env: {},
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return {
    ...Said.parse(JSON.parse(String(line))),
    child,
    async stop() {
      child.stdin.end("stop");
      await once(child, "exit");
    },
  };
}
