import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/** Compiled code is kept beside the packages, so that only the first start compiles it. Where that can't be written, none is. */
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/countersign", import.meta.url)));

/** Who read our lines may be gone (a closed terminal, `| head`): that must not end the work. */
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

// Imported only here: what is imported above is compiled before the cache is on.
const { OutsideFailure, Refusal, StartFailure } = await import("#engine/errors.ts");
const { runCli } = await import("./cli/cli.ts");

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    dir: process.cwd(),
    home: fileURLToPath(new URL("..", import.meta.url)),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal: (signal, listener) => process.on(signal, listener),
    exit: (code) => process.exit(code),
  });
} catch (error) {
  const isSaid = error instanceof StartFailure || error instanceof Refusal || error instanceof OutsideFailure;
  if (!isSaid) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
