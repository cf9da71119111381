import type { Readable, Writable } from "node:stream";

/** The process around a command, handed in so that tests can be one. */
export type Terminal = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dir: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  onSignal(signal: "SIGTERM" | "SIGINT", listener: () => void): void;
};
