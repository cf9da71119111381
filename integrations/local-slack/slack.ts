import type { Send } from "./app/envelope.ts";
import type { Events } from "./app/events.ts";
import type { Sockets } from "./app/sockets.ts";
import type { Triggers } from "./app/triggers.ts";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import type { Grants } from "./manifest.ts";
import type { Values } from "./state/records.ts";
import type { State } from "./state.ts";

/** The one Slack that all its routes share. */
export type Slack = {
  readonly dir: string;
  readonly state: State;
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly grants: Grants;
  readonly send: Send;
  readonly events: Events;
  readonly triggers: Triggers;
  readonly sockets: Sockets;
  /** What people chose in the fields of messages that they have not sent yet; see `typedKey`. */
  readonly typed: Map<string, Values>;
  /** Where it can be reached from this machine, without a slash at the end. */
  address(): string;
  /** Where what is wrong with the app is said aloud. */
  readonly log: (line: string) => void;
  /** Ends with this Slack: whoever waits must let go. */
  readonly closing: AbortSignal;
};
