import { createWorkspaces } from "#integrations/workspaces/workspaces.ts";

/** A process that tests kill while it makes a workspace: `node workspace-opener.ts <dir> <repository> <run> <branch>`. */
const [dir = "", repository = "", runId = "", branch = ""] = process.argv.slice(2);

await createWorkspaces({ dir, environment: process.env, log: () => {} }).open({
  project: { name: "billing", repository, branch: null },
  runId,
  branch,
});
