import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";

/** What goes wrong: the database never hears the statement, or does it and nobody hears of it. */
type Break = "before it arrives" | "after it is done";

export type PostgresProxy = {
  /** The database's address, through the proxy. */
  readonly url: string;
  /** Breaks the connection once, around the next statement that carries these words. */
  breakAt(words: string, how: Break): void;
  /** How many connections it has broken. */
  breaks(): number;
  close(): Promise<void>;
};

/** Stands between a pool and a real Postgres, and breaks connections when it is told to. */
export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let breaks = 0;
  let fault: { readonly words: string; readonly how: Break } | null = null;

  const server = createServer((client) => {
    const database = createConnection({ host: target.hostname, port: Number(target.port) });
    let isDoomed = false;
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    }
    client.on("close", () => database.destroy());
    database.on("close", () => client.destroy());
    client.on("data", (bytes) => {
      if (!fault || !bytes.includes(fault.words)) return database.write(bytes);
      const { how } = fault;
      fault = null;
      breaks += 1;
      if (how === "before it arrives") return client.destroy();
      isDoomed = true;
      return database.write(bytes);
    });
    database.on("data", (bytes) => {
      if (!isDoomed) client.write(bytes);
      else if (isReady(bytes)) client.destroy();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  const url = Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${address.port}` }).href;
  return {
    url,
    breakAt(words, how) {
      fault = { words, how };
    },
    breaks: () => breaks,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** ReadyForQuery, outside any transaction: the last six bytes of what Postgres says after a statement. */
const isReady = (bytes: Buffer): boolean =>
  bytes.subarray(-6).equals(Buffer.from("Z\0\0\0\u0005I", "latin1"));
