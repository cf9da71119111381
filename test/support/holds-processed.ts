// A process that takes a callback and dies over it.
import { filesProcessed } from "../../sdk/src/processed-files.ts";

const [folder = "", key = ""] = process.argv.slice(2);
process.stdout.write(`${await filesProcessed(folder).begin(key)}\n`);
setInterval(() => {}, 60_000);
