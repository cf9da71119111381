import { OutsideFailure, Refusal, StartFailure } from "#engine/errors.ts";
import { runCli } from "./cli/cli.ts";

/** Who read our lines may be gone (a closed terminal, `| head`): that must not end the work. */
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    dir: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (signal, listener) => process.on(signal, listener),
  });
} catch (error) {
  const isSaid = error instanceof StartFailure || error instanceof Refusal || error instanceof OutsideFailure;
  if (!isSaid) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
