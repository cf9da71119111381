import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createGuardedPost } from "#integrations/web/guarded-post.ts";
import { type Callee, startCallee } from "#test/support/callee.ts";

const SENT = { headers: { "content-type": "application/json" }, body: '{"text":"grüß dich"}' };
const post = createGuardedPost({ allowPrivate: true, limitMs: 300 });

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function farSide(...args: Parameters<typeof startCallee>): Promise<Callee> {
  const started = await startCallee(...args);
  open.push(started);
  return started;
}

/** A server that does what it likes with a bare connection. */
async function bareServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe("A post", () => {
  test("brings the very bytes, and is taken where the far side says 2xx", async () => {
    const far = await farSide();
    expect(await post(`${far.url}/resume?wf=1`, SENT)).toMatchObject({
      ...{ status: 200, error: null, answer: "thanks", retryAfterMs: null, wasSent: true },
    });
    expect(far.got).toMatchObject([{ path: "/resume?wf=1", body: SENT.body }]);
    expect(far.got[0]?.headers).toMatchObject({ "content-length": String(Buffer.byteLength(SENT.body)) });
  });

  test.each([500, 404, 410, 429])("answered with %i has failed, and says so", async (status) => {
    const far = await farSide((response) => response.writeHead(status).end("no"));
    expect(await post(far.url, SENT)).toMatchObject({
      ...{ status, error: `It answered ${status}.`, answer: "no", wasSent: true },
    });
  });

  test.each([301, 302, 303, 307, 308])("does not follow a redirect (%i)", async (status) => {
    const other = await farSide();
    const far = await farSide((response) => response.writeHead(status, { location: other.url }).end());
    const { error, ...posted } = await post(far.url, SENT);
    expect(error).toMatch(new RegExp(`^It answered ${status}, a redirect, and redirects are not followed`));
    expect(posted).toMatchObject({ status });
    expect(other.got).toEqual([]);
  });

  test("reads 64 kB of an answer and no more, and keeps its first kilobyte", async () => {
    let written = 0;
    let isGone = false;
    const far = await farSide((response) => {
      response.once("close", () => {
        isGone = true;
      });
      const more = (): void => {
        while (!isGone && written < 100_000_000) {
          written += 16_384;
          if (!response.write("é".repeat(8_192))) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    const { answer, ...posted } = await post(far.url, SENT);
    expect(posted).toMatchObject({ status: 200, error: null });
    expect(answer).toBe("é".repeat(512));
    await expect.poll(() => isGone).toBe(true);
    expect(written).toBeLessThan(20_000_000); // what the sockets' buffers take, not what it would have said
  });

  test("keeps an answer that is no text as text that Postgres takes", async () => {
    const far = await farSide((response) => response.end(Buffer.from([0, 255, 65])));
    expect(await post(far.url, SENT)).toMatchObject({ answer: "\uFFFD\uFFFDA" });
  });

  test.each([
    ["30", 30_000],
    [new Date(Date.now() + 60_000).toUTCString(), expect.closeTo(60_000, -4)],
    ["soon", null],
    ["-5", null],
  ])("says when it may be tried again (Retry-After: %s)", async (header, retryAfterMs) => {
    const far = await farSide((response) => response.writeHead(503, { "retry-after": header }).end());
    expect(await post(far.url, SENT)).toMatchObject({ status: 503, retryAfterMs });
  });

  test("goes through no proxy, whatever the environment says", async () => {
    const [far, proxy] = [await farSide(), await farSide()];
    for (const name of ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]) vi.stubEnv(name, proxy.url);
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    expect(await post(far.url, SENT)).toMatchObject({ status: 200 });
    expect(proxy.got).toEqual([]);
  });
});

describe("A far side that takes its time is left after the limit, where it", () => {
  test("never answers", async () => {
    const far = await farSide(() => {});
    const posted = await post(far.url, SENT);
    expect(posted).toMatchObject({
      error: "It did not answer within 0.3 seconds.",
      status: null,
      wasSent: true,
    });
    expect(posted.tookMs).toBeLessThan(1_000);
  });

  test("drips its headers", async () => {
    const url = await bareServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const drip = setInterval(() => socket.write("x-a: b\r\n"), 20);
      socket.once("close", () => clearInterval(drip));
    });
    expect(await post(url, SENT)).toMatchObject({ error: "It did not answer within 0.3 seconds." });
  });

  test("drips its answer", async () => {
    const far = await farSide((response) => {
      const drip = setInterval(() => response.write("."), 20);
      response.once("close", () => clearInterval(drip));
    });
    expect(await post(far.url, SENT)).toMatchObject({
      ...{ status: 200, error: "It answered 200, but not to the end within 0.3 seconds." },
      answer: expect.stringMatching(/^\.+$/),
    });
  });

  test("says 100 for ever", async () => {
    const url = await bareServer((socket) => {
      const drip = setInterval(() => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), 20);
      socket.once("close", () => clearInterval(drip));
    });
    expect(await post(url, SENT)).toMatchObject({ error: "It did not answer within 0.3 seconds." });
  });

  test("takes the connection and reads nothing", async () => {
    const url = await bareServer((socket) => socket.pause());
    const big = { ...SENT, body: "x".repeat(8_000_000) };
    expect(await post(url, big)).toMatchObject({ error: "It did not answer within 0.3 seconds." });
  });

  test("begins no TLS", async () => {
    const url = await bareServer(() => {});
    expect(await post(url.replace("http:", "https:"), SENT)).toMatchObject({
      ...{ error: "No connection was made within 0.3 seconds.", wasSent: false },
    });
  });

  test("has a name that is not looked up in time", async () => {
    const slow = createGuardedPost({
      ...{ allowPrivate: true, limitMs: 200 },
      resolve: () => new Promise(() => {}),
    });
    expect(await slow("https://slow.example/", SENT)).toMatchObject({
      ...{ error: "No connection was made within 0.2 seconds.", wasSent: false },
    });
  });
});

describe("A far side that is not there, or speaks otherwise, is told apart", () => {
  test("nothing listens", async () => {
    const far = await startCallee();
    await far.close();
    expect(await post(far.url, SENT)).toMatchObject({
      ...{ error: "Nothing listens there (ECONNREFUSED).", wasSent: false, status: null, answer: null },
    });
  });

  test("its name is unknown", async () => {
    const { error } = await post("https://no-such-name.invalid/", SENT);
    expect(error).toMatch(/^Its name (is not known|could not be looked up now)/);
  });

  test("it hangs up", async () => {
    const url = await bareServer((socket) => socket.destroy());
    expect((await post(url, SENT)).error).toMatch(/^It broke the connection off/);
  });

  test("it speaks no HTTP", async () => {
    const url = await bareServer((socket) => void socket.end("220 mail.example.com ESMTP\r\n"));
    expect((await post(url, SENT)).error).toMatch(/^What it answered is no HTTP/);
  });

  test("its certificate is nobody's", async () => {
    const { createServer: createTls } = await import("node:tls");
    const server = createTls({ ...SELF_SIGNED }).listen(0, "127.0.0.1");
    await once(server, "listening");
    open.push({ close: async () => void server.close() });
    const { port } = server.address() as AddressInfo;
    expect(await post(`https://localhost:${port}/`, SENT)).toMatchObject({
      ...{ error: "No connection was made (DEPTH_ZERO_SELF_SIGNED_CERT).", wasSent: false },
    });
  });
});

/** Made for these tests, and trusted by nobody. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgp5GkNcqoNtafsTME
+Q0jXu06k/gOI/WOQJcAcwIDFDahRANCAARdZ4a9HEOzhsIAVCo/g4pWRt3mqq3P
C5OioCn6sqFDaIZDSDUP+6su4mEVnMTCzSJ7X4XGYM7liyeqIXl8xyes
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUd0xdIIb/NrqAsS9m7LDXE9RcWBMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE1MTU0NloYDzIxMjYxMDI4
MTUxNTQ2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARdZ4a9HEOzhsIAVCo/g4pWRt3mqq3PC5OioCn6sqFDaIZDSDUP+6su
4mEVnMTCzSJ7X4XGYM7liyeqIXl8xyeso1MwUTAdBgNVHQ4EFgQUskvOcWg8wRww
LDSyQGp3iCWt2zswHwYDVR0jBBgwFoAUskvOcWg8wRwwLDSyQGp3iCWt2zswDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA8rTE8/WM9s4KhzJfsxpZ
1eo1QijMh7SQvDu4q1S0bcECIQCQlul4RWkurzAz5Eewu70fwlE1i0fzJoTCIKyr
Ph004w==
-----END CERTIFICATE-----
`,
};
