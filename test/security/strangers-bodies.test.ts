import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());

/** Begins a request with a body that has no length, and sends only some of it. */
async function beginBody(more = ""): Promise<Socket> {
  const { hostname, port } = new URL(stage().app.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(
    `POST /api/v1/requests HTTP/1.1\r\nhost: ${hostname}\r\n${more}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n`,
  );
  return socket;
}

describe("A body that never ends", () => {
  test("of somebody without a key is not waited for", async () => {
    const socket = await beginBody();
    const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(5_000) });
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
  });

  // That the log holds no error is checked at the end of the file, by the stage.
  test("and is broken off is no error of ours", async () => {
    const key = await stage().key();
    const socket = await beginBody(`authorization: Bearer ${key}\r\n`);
    const looked = await stage().call("GET", "/api/v1/requests", { key });
    expect(looked.status).toBe(200);
    socket.resetAndDestroy();
    expect((await stage().call("GET", "/api/v1/requests", { key })).status).toBe(200);
  });
});
