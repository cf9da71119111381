import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { StartFailure } from "#engine/errors.ts";
import type { Operator } from "./operator.ts";

/**
 * A token, from whoever sits at the terminal (what they paste is not shown) or from stdin. Never an option: other users of a machine
 * see those, and so does the shell's history. Throws `StartFailure` where there is none, or at Ctrl-C.
 */
export async function readToken(operator: Operator, what: string): Promise<string> {
  const token = operator.stdin.isTTY === true ? await ask(operator, what) : await text(operator.stdin);
  return checked(token.trim(), what);
}

async function ask({ stdin, stderr }: Operator, what: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  const left = new AbortController();
  lines.once("SIGINT", () => left.abort()).once("close", () => left.abort());
  stderr.write(`${what} (it is not shown): `);
  try {
    return await lines.question("", { signal: left.signal });
  } catch (cause) {
    throw left.signal.aborted ? new StartFailure("Nothing was changed.", { cause }) : cause;
  } finally {
    stderr.write("\n");
    lines.close();
  }
}

function checked(token: string, what: string): string {
  if (token === "")
    throw new StartFailure(
      `The ${what} is missing: type it at a terminal, or give it on stdin: … < token.txt. Nothing was changed.`,
    );
  if (!/^[\x21-\x7e]{1,2000}$/.test(token))
    throw new StartFailure(
      `The ${what} is not usable: it holds spaces, lines or characters that no token has. Copy it again. Nothing was changed.`,
    );
  return token;
}
