import { WrongFields } from "../wrong-fields.ts";
import type { Asking } from "./asking.ts";
import type { Directory } from "./directory.ts";

/**
 * Finds what an agent is called: what it says itself (`metadata.agent_id`), else its key's name. Refuses (`bad_input`) a
 * name that somebody in the workspace bears: no card may look as if they had asked.
 */
export const createCheckAgent =
  (directory: Pick<Directory, "isMembersName">) =>
  async ({ caller }: Asking, metadata: Readonly<Record<string, unknown>>): Promise<string> => {
    const said = metadata["agent_id"];
    const name = typeof said === "string" && said.trim() !== "" ? said.trim() : caller.name;
    if (await directory.isMembersName(caller.workspaceId, name))
      throw new WrongFields([
        {
          field: "metadata.agent_id",
          detail: `Somebody in this Slack workspace is called “${name}”: give the agent another name.`,
        },
      ]);
    return name;
  };
