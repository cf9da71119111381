import { StartFailure } from "#engine/errors.ts";
import { runCli } from "./cli/cli.ts";

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
  if (!(error instanceof StartFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
