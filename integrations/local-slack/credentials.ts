import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Credentials = z.object({
  botToken: z.string().startsWith("xoxb-"),
  signingSecret: z.string().min(32),
  appToken: z.string().startsWith("xapp-"),
});

/** What an app needs to talk with this Slack. Never in a log or an answer. */
export type Credentials = z.infer<typeof Credentials>;

/** The credentials kept in `dir` (readable by its owner alone); made at the first call. */
export function readCredentials(dir: string): Credentials {
  const path = join(dir, "credentials.json");
  if (existsSync(path)) return Credentials.parse(JSON.parse(readFileSync(path, "utf8")));
  const secret = () => randomBytes(24).toString("hex");
  const made: Credentials = {
    botToken: `xoxb-local-${secret()}`,
    signingSecret: secret(),
    appToken: `xapp-1-local-${secret()}`,
  };
  writeFileSync(`${path}.new`, JSON.stringify(made), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return made;
}
