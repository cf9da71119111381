import { createHash } from "node:crypto";
import type { Connection } from "./connected.ts";

const MOST_OPEN = 200;

/**
 * Keeps one port for each connection as long as its settings and token stay the same: what a port has learned of its system
 * (screens, transitions) is not asked for at each look.
 */
export function createOpened<Settings, Port>(open: (connection: Connection<Settings>) => Port) {
  const ports = new Map<string, { readonly of: string; readonly port: Port }>();
  const nameOf = ({ workspaceId, projectId }: Connection<Settings>): string => `${workspaceId} ${projectId}`;
  const opened = (connection: Connection<Settings>): Port => {
    const name = nameOf(connection);
    const of = createHash("sha256").update(JSON.stringify(connection)).digest("hex");
    const had = ports.get(name);
    if (had?.of === of) return had.port;
    if (ports.size >= MOST_OPEN) ports.clear();
    const port = open(connection);
    ports.set(name, { of, port });
    return port;
  };
  return Object.assign(opened, {
    /** It refused something: when it is asked again, somebody may have mended that. */
    forget: (connection: Connection<Settings>) => void ports.delete(nameOf(connection)),
  });
}
