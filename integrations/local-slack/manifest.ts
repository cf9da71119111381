import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const Manifest = z.object({
  features: z
    .object({ slash_commands: z.array(z.object({ command: z.string() })).default([]) })
    .default({ slash_commands: [] }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()) }) }),
});

/** What the app asked for. `undefined` everywhere means: it has no manifest, and may do everything. */
export type Grants = {
  readonly scopes: ReadonlySet<string> | undefined;
  readonly events: ReadonlySet<string> | undefined;
  readonly commands: ReadonlySet<string> | undefined;
};

const MANIFEST = new URL("../../manifest.yml", import.meta.url);

/** Reads the app's manifest, by default the one at the root of the repository. Throws where it lacks scopes or events. */
export function readGrants(path: string | URL = MANIFEST): Grants {
  if (!existsSync(path)) return { scopes: undefined, events: undefined, commands: undefined };
  const manifest = Manifest.parse(parse(readFileSync(path, "utf8")));
  return {
    scopes: new Set(manifest.oauth_config.scopes.bot),
    events: new Set(manifest.settings.event_subscriptions.bot_events),
    commands: new Set(manifest.features.slash_commands.map(({ command }) => command)),
  };
}
