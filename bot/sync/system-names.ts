import type { System } from "#db/connections.ts";

/** Every system that a project can be kept in step with. */
export const SYSTEMS = ["jira", "confluence"] as const satisfies readonly System[];

/** What people call it. */
export const NAME_OF = { jira: "Jira", confluence: "Confluence" } as const satisfies Record<System, string>;
