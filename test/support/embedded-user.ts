import { text } from "node:stream/consumers";
import { startEmbedded } from "#db/embedded.ts";

/** A program that uses the embedded Postgres of a data folder: says how it was started, and stops it on a word from stdin. */
const [dataDir = ""] = process.argv.slice(2);
const log = { warn: () => {}, error: () => {} };

try {
  const { url, adopted, note, stop } = await startEmbedded({ dataDir, log });
  process.stdout.write(`${JSON.stringify({ url, adopted, note })}\n`);
  if ((await text(process.stdin)) === "stop") await stop();
  process.exit();
} catch (error) {
  process.stdout.write(`${JSON.stringify({ failure: String(error) })}\n`);
  process.exitCode = 1;
}
