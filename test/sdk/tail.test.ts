import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { serve } from "#test/support/far-side.ts";
import { CountersignClient } from "../../sdk/src/client.ts";
import { readSse } from "../../sdk/src/sse.ts";
import type { TailOptions } from "../../sdk/src/tail.ts";

const told = (seq: number, event_type = "step.progressed", end = "\n\n"): string =>
  `id: ${seq}\nevent: ${event_type}\ndata: ${JSON.stringify({ event_id: `evt-${seq}`, event_type })}${end}`;

/** A server whose connections tell one after the other what is written here; `behind` are the Last-Event-IDs it was asked with. */
async function telling(...connections: readonly ((response: ServerResponse) => void)[]) {
  const behind: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    behind.push(request.headers["last-event-id"] as string | undefined);
    response.writeHead(200, { "content-type": "text/event-stream" });
    connections[behind.length - 1]?.(response);
  });
  const { runs } = new CountersignClient({ url });
  const read = async (options: TailOptions = {}): Promise<readonly string[]> => {
    const ids: string[] = [];
    for await (const { id } of runs.events("run", options)) ids.push(id);
    return ids;
  };
  return { behind, read, runs };
}

test("a broken connection is taken up behind the last whole event: no gap, no repeat, until the run has ended", async () => {
  const { behind, read } = await telling(
    (response) =>
      response.write(`:\n\n${told(1)}${told(2)}${told(3, "step.ready", "\n")}`, () => response.destroy()),
    (response) => response.end(told(3)),
    (response) => response.write(told(4) + told(5, "workflow.completed")),
  );
  expect(await read()).toEqual(["1", "2", "3", "4", "5"]);
  expect(behind).toEqual([undefined, "2", "3"]);
});

test("a server that drops a slow reader says why, and the reader goes on behind what it has", async () => {
  const { behind, read } = await telling(
    (response) => response.end(`${told(7)}event: dropped\ndata: {"reason":"too slow"}\n\n`),
    (response) => response.write(told(8, "workflow.failed")),
  );
  expect(await read({ after: "6" })).toEqual(["7", "8"]);
  expect(behind).toEqual(["6", "7"]);
});

test('"now" is when the reading began, also where the first connection breaks before anything came', async () => {
  const { behind, read } = await telling(
    (response) => response.end(JSON.stringify({ id: "run", facts: 4 })),
    (response) => response.write(":\n\n", () => response.destroy()),
    (response) => response.write(told(5) + told(6, "workflow.completed")),
  );
  expect(await read({ from: "now" })).toEqual(["5", "6"]);
  expect(behind).toEqual([undefined, "4", "4"]);
});

test("a connection that has gone silent is left for another", async () => {
  const { behind, read } = await telling(
    (response) => response.write(told(1)),
    (response) => response.write(told(2, "workflow.cancelled")),
  );
  expect(await read({ silenceMs: 200 })).toEqual(["1", "2"]);
  expect(behind).toEqual([undefined, "1"]);
});

test("whoever stops reading lets the connection go", async () => {
  let isClosed = false;
  const { runs } = await telling((response) => {
    response.on("close", () => {
      isClosed = true;
    });
    response.write(told(1));
  });
  for await (const { event } of runs.events("run")) {
    expect(event.event_id).toBe("evt-1");
    break;
  }
  await expect.poll(() => isClosed).toBe(true);
});

test("a run that is not there is thrown at once", async () => {
  const url = await serve((_, response) =>
    response.writeHead(404).end('{"code":"not_found","detail":"No such run."}'),
  );
  const reading = new CountersignClient({ url }).runs.events("run").next();
  await expect(reading).rejects.toMatchObject({ code: "not_found", message: "No such run." });
});

test.each([1, 2, 3, 7, 1_000])("a stream is read the same in pieces of %i bytes", async (size) => {
  const text = `: beat\r\n\r\nid: 1\r\ndata: {"a":\r\ndata: "ö"}\r\n\r\nevent: x\rdata\r\rid: 3\ndata: cut off`;
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
  const events = [];
  for await (const event of readSse(pieces)) events.push(event);
  expect(events).toEqual([
    null,
    { id: "1", event: "message", data: '{"a":\n"ö"}' },
    { id: null, event: "x", data: "" },
  ]);
});
