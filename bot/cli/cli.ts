import { resolve } from "node:path";
import { Command } from "commander";
import { CONFLUENCE } from "./confluence-kind.ts";
import { addConnect } from "./connect.ts";
import { addSystem } from "./connection.ts";
import { addDeliveryList } from "./delivery-list.ts";
import { addDeliveryReplay } from "./delivery-replay.ts";
import { addDeliveryShow } from "./delivery-show.ts";
import { addGoal } from "./goal.ts";
import { JIRA } from "./jira-kind.ts";
import { addJiraWebhook } from "./jira-webhook.ts";
import { addKeyCreate } from "./key-create.ts";
import { addKeyList } from "./key-list.ts";
import { addKeyRevoke } from "./key-revoke.ts";
import { addManifest } from "./manifest.ts";
import { addMigrate } from "./migrate.ts";
import type { Operator } from "./operator.ts";
import { addProjectAdd } from "./project-add.ts";
import { addProjectList } from "./project-list.ts";
import { addRunCancel } from "./run-cancel.ts";
import { addRunList } from "./run-list.ts";
import { addRunShow } from "./run-show.ts";
import { addStart } from "./start.ts";
import { addSyncCheck } from "./sync-check.ts";
import { addSyncRetry } from "./sync-retry.ts";
import { addSyncSkip } from "./sync-skip.ts";
import { addSyncStatus } from "./sync-status.ts";
import type { Terminal } from "./terminal.ts";
import { addWorkflowAdd } from "./workflow-add.ts";
import { addWorkflowList } from "./workflow-list.ts";

/**
 * Runs one command of the operator's. Resolves to the exit code. Throws `StartFailure`, `Refusal` or `OutsideFailure`
 * with what to do.
 */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command("countersign")
    .description("Agents do the work, people countersign it.")
    .option("-C <folder>", "where .env, countersign.yaml and .data are; this program's own folder by default")
    .enablePositionalOptions()
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  let exitCode = 0;
  addAll(program, {
    ...terminal,
    get home() {
      const { C: folder } = program.opts<{ readonly C?: string }>();
      return folder === undefined ? terminal.home : resolve(terminal.dir, folder);
    },
    endWith: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof Error && "exitCode" in error) return Number(error.exitCode); // commander has said why
    throw error;
  }
}

function addAll(program: Command, operator: Operator): void {
  addStart(program, operator);
  addMigrate(program, operator);
  addConnect(program, operator);
  addManifest(program, operator);
  const project = program.command("project").description("Repositories that goals work on");
  addProjectAdd(project, operator);
  addProjectList(project, operator);
  const workflow = program.command("workflow").description("Plans that were saved under a name");
  addWorkflowAdd(workflow, operator);
  addWorkflowList(workflow, operator);
  addGoal(program, operator);
  const run = program.command("run").description("What goals have led to");
  addRunList(run, operator);
  addRunShow(run, operator);
  addRunCancel(run, operator);
  const key = program.command("key").description("Keys for programs that call the API");
  addKeyCreate(key, operator);
  addKeyList(key, operator);
  addKeyRevoke(key, operator);
  const delivery = program.command("delivery").description("Callbacks and events that are sent to programs");
  addDeliveryList(delivery, operator);
  addDeliveryShow(delivery, operator);
  addDeliveryReplay(delivery, operator);
  addJiraWebhook(addSystem(program, operator, JIRA), operator);
  addSystem(program, operator, CONFLUENCE);
  const sync = program.command("sync").description("How far Jira and Confluence are");
  addSyncStatus(sync, operator);
  addSyncRetry(sync, operator);
  addSyncSkip(sync, operator);
  addSyncCheck(sync, operator);
}
