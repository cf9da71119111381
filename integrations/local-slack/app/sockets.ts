import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { APP } from "../state/seed.ts";
import { ACK_TIMEOUT_MS, type Ack, type Envelope } from "./envelope.ts";

/** Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
export type Sockets = {
  /** The path and query of a new connection; good once, for 30 seconds. */
  newPath(): string;
  isConnected(): boolean;
  /** Sends over one connection, chosen at random, as Slack does. */
  send(envelope: Envelope): Promise<Ack>;
  /** Takes an HTTP upgrade; false where it is none of ours. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Asks every connected app to connect anew. Gives how many were asked. */
  disconnect(reason: "refresh_requested"): number;
  close(): void;
};

const PATH = "/local/slack/socket";
const TICKET_TTL_MS = 30_000;
const MOST_CONNECTIONS = 10;
const MOST_BYTES = 1024 * 1024;
// Clients give a connection up that is not pinged for 30 seconds.
const PING_EVERY_MS = 10_000;

const Answer = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

type Waiting = {
  readonly socket: WebSocket;
  settle(ack: "connection_failed" | "http_timeout" | { body: unknown }): void;
};

/** The connections of the app's Socket Mode clients. `onConnected` is called for each that can be used. */
export function createSockets(clock: Clock, onConnected: () => void): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_BYTES });
  const tickets = new Map<string, number>();
  const waiting = new Map<string, Waiting>();
  const pings = setInterval(() => {
    for (const socket of server.clients) socket.ping();
  }, PING_EVERY_MS).unref();

  server.on("connection", (socket: WebSocket) => {
    socket.on("message", (data) => {
      const answer = readAnswer(String(data));
      if (answer !== undefined) waiting.get(answer.envelope_id)?.settle({ body: answer.payload });
    });
    socket.on("close", () => {
      for (const one of [...waiting.values()]) if (one.socket === socket) one.settle("connection_failed");
    });
    // Without a listener a broken frame would end the process; the close that follows says enough.
    socket.on("error", () => socket.terminate());
    if (server.clients.size > MOST_CONNECTIONS) {
      tellToLeave(socket, "too_many_websockets");
      return;
    }
    socket.send(JSON.stringify(hello(server.clients.size)));
    onConnected();
  });

  return {
    newPath() {
      const ticket = randomBytes(16).toString("hex");
      tickets.set(ticket, clock.nowMs() + TICKET_TTL_MS);
      return `${PATH}?ticket=${ticket}&app_id=${APP.appId}`;
    },
    isConnected: () => openOnes(server).length > 0,
    send(envelope) {
      const open = openOnes(server);
      const socket = open[Math.floor(Math.random() * open.length)];
      if (socket === undefined)
        return Promise.resolve({ kind: "failed", ackMs: 0, because: "connection_failed", isFinal: false });
      return sendOver(socket, envelope, waiting, clock);
    },
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? "/", "http://local");
      if (url.pathname !== PATH) return false;
      const ticket = url.searchParams.get("ticket") ?? "";
      const goodUntil = tickets.get(ticket) ?? 0;
      tickets.delete(ticket);
      if (goodUntil < clock.nowMs()) socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      else
        server.handleUpgrade(request, socket, head, (opened) => server.emit("connection", opened, request));
      return true;
    },
    disconnect(reason) {
      const open = openOnes(server);
      for (const socket of open) tellToLeave(socket, reason);
      return open.length;
    },
    close() {
      clearInterval(pings);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function sendOver(
  socket: WebSocket,
  envelope: Envelope,
  waiting: Map<string, Waiting>,
  clock: Clock,
): Promise<Ack> {
  const envelopeId = randomUUID();
  const begunAt = performance.now();
  return new Promise((resolve) => {
    const settle: Waiting["settle"] = (ack) => {
      cancel();
      waiting.delete(envelopeId);
      const ackMs = Math.round(performance.now() - begunAt);
      if (typeof ack === "string") resolve({ kind: "failed", ackMs, because: ack, isFinal: false });
      else resolve({ kind: "acked", ackMs, body: ack.body });
    };
    const cancel = clock.after(ACK_TIMEOUT_MS, () => settle("http_timeout"));
    waiting.set(envelopeId, { socket, settle });
    socket.send(JSON.stringify(toWire(envelopeId, envelope)), (problem) => {
      if (problem) settle("connection_failed");
    });
  });
}

function toWire(envelopeId: string, envelope: Envelope): Record<string, unknown> {
  const { type, payload } = envelope;
  const wire = { envelope_id: envelopeId, type, payload, accepts_response_payload: type !== "events_api" };
  if (type !== "events_api") return wire;
  const reason = envelope.retry?.reason === "http_timeout" ? "timeout" : (envelope.retry?.reason ?? "");
  return { ...wire, retry_attempt: envelope.retry?.count ?? 0, retry_reason: reason };
}

function hello(connections: number): Record<string, unknown> {
  return {
    type: "hello",
    num_connections: connections,
    debug_info: { host: "local-slack", build_number: 1, approximate_connection_time: 18_060 },
    connection_info: { app_id: APP.appId },
  };
}

/** Slack says it and then hangs up; clients connect anew. */
function tellToLeave(socket: WebSocket, reason: string): void {
  socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "local-slack" } }));
  socket.close(1000);
}

function openOnes(server: WebSocketServer): WebSocket[] {
  return [...server.clients].filter((socket) => socket.readyState === socket.OPEN);
}

function readAnswer(text: string): z.infer<typeof Answer> | undefined {
  try {
    return Answer.parse(JSON.parse(text));
  } catch (problem) {
    if (problem instanceof SyntaxError || problem instanceof z.ZodError) return undefined;
    throw problem;
  }
}
