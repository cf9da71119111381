import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Both ends of a pipe. `writeFd` goes to a child; `closeWriteEnd` must follow, or `reader` never ends. */
export type OutputPipe = {
  readonly reader: Socket;
  readonly writeFd: number;
  closeWriteEnd(): void;
};

/**
 * A real pipe. Node's own "pipe" is a socket, which no command can open as `/dev/stdout` or `/dev/stderr`, and two of them
 * lose the order of what is written to both.
 */
export async function openOutputPipe(): Promise<OutputPipe> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-pipe-"));
  try {
    const path = join(folder, "output");
    await promisify(execFile)("mkfifo", ["-m", "600", path], { timeout: 10_000 });
    // Without O_NONBLOCK this would wait for somebody who writes.
    const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeFd = openSync(path, constants.O_WRONLY);
    return {
      reader: new Socket({ fd: readFd, readable: true, writable: false }),
      writeFd,
      closeWriteEnd: () => closeSync(writeFd),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
