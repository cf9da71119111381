import { createCountersign } from "./countersign.ts";
import { isScenario, SCENARIOS } from "./scenarios.ts";
import { openServer } from "./server.ts";

const DATABASE = "bench_countersign";

/**
 * One scenario on a fresh database and in a process of its own, as the peers have it. Arguments: its name, the server's
 * address, and `--detail` for the statements that took most time. Prints one JSON line.
 */
const [name = "", url = "", detail] = process.argv.slice(2);
if (!isScenario(name)) throw new Error(`There is no scenario "${name}".`);
const server = await openServer(url);
const adapter = await createCountersign(await server.freshDatabase(DATABASE));
const metrics = await SCENARIOS[name].measure(adapter, { server, database: DATABASE });
process.stdout.write(`${JSON.stringify({ peer: adapter.name, scenario: name, metrics })}\n`);
if (detail === "--detail" && server.counts)
  for (const { total_ms, calls, query } of await server.statements(DATABASE))
    process.stderr.write(`${String(total_ms).padStart(6)} ms ${String(calls).padStart(6)} × ${query}\n`);
await adapter.close();
await server.close();
