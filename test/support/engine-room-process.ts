import { createInterface } from "node:readline";
import { Refusal } from "#engine/errors.ts";
import { openRoom, toRun } from "./engine-stage.ts";

/**
 * An engine room in a process of its own. Its model works until it is told "finish" on the standard input, and does not
 * listen to anybody who wants it to stop. It says "working" when it has begun, and in the end what became of its result.
 * Argument: the database's address.
 */
const [url = ""] = process.argv.slice(2);
const room = openRoom(url);
const lines = createInterface({ input: process.stdin });
const toldToFinish = new Promise<void>((resolve) => lines.on("line", () => resolve()));
const output = { summary: "from the stopped worker" };

await room.start({
  agents: {
    model: async ({ runId, step: { key }, lease }) => {
      process.stdout.write("working\n");
      await toldToFinish;
      const told = toRun(room, runId, { type: "finish step", key, lease, output });
      process.stdout.write(
        `${await told.then(
          () => "taken",
          (error) => (error instanceof Refusal ? error.code : String(error)),
        )}\n`,
      );
      return { kind: "finished", output };
    },
    command: () => Promise.reject(new Error("Nobody is here.")),
    person: () => Promise.reject(new Error("Nobody is here.")),
    rehearsal: () => Promise.reject(new Error("Nobody is here.")),
  },
});
process.stdout.write("started\n");
