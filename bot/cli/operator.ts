import type { Terminal } from "./terminal.ts";

/** Who runs a command, and how it ends. `home` is a full path. */
export type Operator = Terminal & {
  /** The exit code that the command ends with, where that is not 0. */
  endWith(code: number): void;
};
