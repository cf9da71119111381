import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import postgres from "postgres";

/**
 * The least that could take a request and give it back: Hono and postgres.js, one insert, one read. No key, no check, no
 * log, no follower. The row is the one that Countersign keeps. Argument: the database's address. Prints its port.
 */
const [url = ""] = process.argv.slice(2);
const sql = postgres(url, { max: 20, onnotice: () => {} });
await sql`create table if not exists bare (like consultations including all)`;

const app = new Hono()
  .post("/api/v1/requests", async (c) => {
    const asked = await c.req.json();
    const [id, at] = [randomUUID(), Date.now()];
    await sql`
      insert into bare (id, workspace_id, seq, state, workflow_id, checkpoint_id, opened_at, body)
      values (${id}, 'T01LOCAL', 1, 'open', ${`wf-${id}`}, ${`cp-${id}`}, ${at}, ${sql.json({ asked, at })})`;
    return c.json({ id, workflow_id: `wf-${id}`, state: "pending", created_at: at }, 201);
  })
  .get("/api/v1/requests/:id", async (c) => {
    const [row] = await sql`
      select id, state, workflow_id, checkpoint_id, opened_at, body from bare
      where id = ${c.req.param("id")} and workspace_id = 'T01LOCAL'`;
    return row ? c.json(row) : c.json({ code: "not_found" }, 404);
  });

const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
