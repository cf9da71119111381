import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { z } from "zod";
import { createLocalSlack } from "./local-slack.ts";

const Options = z.object({
  dir: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  "request-url": z.url().optional(),
});

const { values } = parseArgs({
  options: {
    dir: { type: "string" },
    port: { type: "string", default: "0" },
    "request-url": { type: "string" },
  },
});
const options = Options.parse(values);
const requestUrl = options["request-url"];
const slack = await createLocalSlack({
  dir: options.dir,
  ...(requestUrl === undefined ? {} : { requestUrl }),
});
const server = createServer(getRequestListener(slack.routes.fetch));
slack.attach(server);
server.listen(options.port, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  process.stdout.write(`${JSON.stringify({ port, ...slack.credentials })}\n`);
});
process.once("SIGTERM", () => {
  slack.close();
  server.close();
  server.closeAllConnections();
});
