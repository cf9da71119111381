import { PassThrough, Readable, Writable } from "node:stream";
import { runCli } from "#bot/cli/cli.ts";
import { OutsideFailure, Refusal, StartFailure } from "#engine/errors.ts";

/** Where an operator stands who types commands into this very process, and what they type at its questions or pipe into it. */
export type Desk = {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly piped?: string;
  readonly typed?: string;
};

/** One command, as `./countersign` runs it, without a process of its own. */
export async function command(desk: Desk, ...args: readonly string[]) {
  const [stdout, stderr] = [collector(), collector()];
  const { home, env = {}, piped, typed } = desk;
  const terminal = {
    ...{ env, dir: home, home, stdout: stdout.stream, stderr: stderr.stream },
    stdin: typed === undefined ? Readable.from(piped === undefined ? [] : [piped]) : atTerminal(typed),
    onSignal: () => {},
    exit: () => {},
  };
  const code = await runCli(args, terminal).catch((error: unknown) => {
    const isSaid =
      error instanceof StartFailure || error instanceof Refusal || error instanceof OutsideFailure;
    if (!isSaid) throw error;
    terminal.stderr.write(`${error.message}\n`);
    return 1;
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** With `--json`, where it is expected to go well: what it printed, parsed. */
export async function commandJson(desk: Desk, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await command(desk, ...args, "--json");
  if (code !== 0 || stderr !== "") throw new Error(`Ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout);
}

function collector() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join("") };
}

function atTerminal(typed: string) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(`${typed}\n`);
  return stdin;
}
