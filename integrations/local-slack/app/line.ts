import type { Clock } from "../clock.ts";
import type { Send } from "./envelope.ts";
import { post } from "./http.ts";
import type { Sockets } from "./sockets.ts";

/** The line to the app: over a socket while one is connected, else over HTTP to its request URL. */
export type Line = {
  readonly send: Send;
  /** Where the app listens, from now on. */
  setRequestUrl(url: string): void;
  close(): void;
};

type Needs = {
  readonly requestUrl: string | undefined;
  readonly signingSecret: string;
  readonly sockets: Sockets;
  readonly clock: Clock;
};

/** A line on which nothing has been sent. Without a request URL and a socket, everything fails with `connection_failed`. */
export function createLine(needs: Needs): Line {
  const closing = new AbortController();
  let { requestUrl } = needs;
  return {
    send(envelope) {
      if (needs.sockets.isConnected()) return needs.sockets.send(envelope);
      if (requestUrl === undefined)
        return Promise.resolve({ kind: "failed", ackMs: 0, because: "connection_failed", isFinal: false });
      const { signingSecret, clock } = needs;
      return post(envelope, { url: requestUrl, signingSecret, clock }, closing.signal);
    },
    setRequestUrl(url) {
      requestUrl = url;
    },
    close: () => closing.abort(),
  };
}
