import type { Readable, Writable } from "node:stream";

/** The process around a command, handed in so that tests can be one. */
export type Terminal = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the operator stands: paths that they type begin here. */
  readonly dir: string;
  /** Where `.env`, `countersign.yaml` and a `DATA_DIR` without a full path are, unless `-C` names another folder. */
  readonly home: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  onSignal(signal: "SIGTERM" | "SIGINT", listener: () => void): void;
  /** Ends the process at once, whatever it is doing. */
  exit(code: number): void;
};
