import { bigint, text, timestamp } from "drizzle-orm/pg-core";

/** A moment of the machinery (leases, beats), by the database's clock. */
export const at = () => timestamp({ withTimezone: true });

/** A moment of the rules: milliseconds since 1970, by the clock that comes in with a command. */
export const instant = () => bigint({ mode: "number" });

/** Every table carries it, and every query filters by it. */
export const workspaceId = () => text().notNull();
