import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";

/** A real name server on loopback, and a resolver that asks it alone. It answers what `addressesOf` says at that moment. */
export async function startDnsServer(addressesOf: (name: string, asked: number) => readonly string[]) {
  let asked = 0;
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const name = nameIn(query);
    const isForIpv4 = query.readUInt16BE(questionEnd(query) - 4) === 1;
    const addresses = isForIpv4 ? addressesOf(name, asked++) : [];
    socket.send(answerTo(query, addresses), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    /** As `createGuardedPost` takes it. */
    resolve: async (name: string) =>
      (await resolver.resolve4(name)).map((address) => ({ address, family: 4 })),
    /** How often it was asked for addresses. */
    asked: () => asked,
    async close(): Promise<void> {
      resolver.cancel();
      socket.close();
      await once(socket, "close");
    },
  };
}

const HEADER = 12;

/** The labels of the question. */
function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER; (query[at] ?? 0) > 0; at += 1 + (query[at] ?? 0))
    labels.push(query.toString("latin1", at + 1, at + 1 + (query[at] ?? 0)));
  return labels.join(".");
}

/** Behind the name, its type and its class. */
function questionEnd(query: Buffer): number {
  let at = HEADER;
  while ((query[at] ?? 0) > 0) at += 1 + (query[at] ?? 0);
  return at + 1 + 4;
}

/** The question again, and an A record for each address, valid for no time at all. */
function answerTo(query: Buffer, addresses: readonly string[]): Buffer {
  const header = Buffer.alloc(HEADER);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split(".").map(Number)]),
  );
  return Buffer.concat([header, query.subarray(HEADER, questionEnd(query)), ...records]);
}
