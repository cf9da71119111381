// An agent in a process of its own that receives callbacks; with "dies" it is killed in the middle of going on.
import { createServer } from "node:http";
import { Agent, type Ending, type Resumed } from "../../sdk/src/agent.ts";
import { createCallbackHandler } from "../../sdk/src/callback-handler.ts";
import { CountersignClient } from "../../sdk/src/client.ts";
import { toNodeListener } from "../../sdk/src/node-listener.ts";
import { filesProcessed } from "../../sdk/src/processed-files.ts";

const [url = "", key = "", secret = "", port = "", folder = "", what = ""] = process.argv.slice(2);

class Doomed extends Agent<never, { readonly n: number }> {
  protected override async run(): Promise<Ending> {
    return this.done();
  }

  protected override async resumeFromCheckpoint(
    _: string,
    { n }: Resumed<{ readonly n: number }>,
  ): Promise<Ending> {
    if (what === "dies") process.kill(process.pid, "SIGKILL");
    return this.done("code.approved", { n });
  }
}

const agent = new Doomed({ client: new CountersignClient({ url, key }), name: "doomed" });
const resume = agent.resume.bind(agent);
const handle = createCallbackHandler({ secret, resume, processed: filesProcessed(folder) });
createServer(toNodeListener(handle)).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
