import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** One request as it came in. */
export type Recorded = { readonly headers: IncomingHttpHeaders; readonly body: string };

/** The far side of a local-slack: keeps what comes in and answers as told. */
export type RecordingApp = {
  readonly url: string;
  readonly requests: readonly Recorded[];
  /** From now on; at first everything is taken with 200. */
  answerWith(answer: (response: ServerResponse, request: Recorded) => void): void;
  close(): Promise<void>;
};

/** Listens on a port of its own. */
export async function startRecordingApp(): Promise<RecordingApp> {
  const requests: Recorded[] = [];
  let answer: (response: ServerResponse, request: Recorded) => void = (response) => void response.end();
  const server = createServer(async (request, response) => {
    const recorded = { headers: request.headers, body: await text(request) };
    requests.push(recorded);
    answer(response, recorded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
    requests,
    answerWith(next) {
      answer = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
