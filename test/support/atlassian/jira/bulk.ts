import type { Handler } from "../double.ts";
import { Refused } from "../double.ts";
import { asObject, moment, refuse } from "./model.ts";
import { shownPerson } from "./show.ts";
import { type BulkTask, findIssue, type Site, us } from "./state.ts";
import { go, waysOf } from "./transitions.ts";

/** Many issues at once, while one waits: submitted now, done later. */
export function bulkHandlers(site: Site): Record<string, Handler> {
  return {
    submitBulkTransition: ({ body }) => ({ status: 201, body: { taskId: submit(site, body).id } }),
    getBulkOperationProgress: ({ param }) => {
      const task = site.tasks.get(param("taskId"));
      if (!task) throw refuse(400, ["No such task."]);
      finish(site, task);
      return { status: 200, body: progress(site, task) };
    },
    getAvailableTransitions: ({ query }) => {
      const refs = (query.get("issueIdsOrKeys") ?? "").split(",");
      const issues = refs.flatMap((ref) => findIssue(site, ref) ?? []);
      const groups = Map.groupBy(issues, ({ project }) => project);
      const availableTransitions = [...groups.values()].map((group) => {
        const [first, ...others] = group.map((issue) => waysOf(site, issue));
        const common = (first ?? []).filter((way) => others.every((ways) => ways.includes(way)));
        const transitions = common.map(({ id, name }) => ({
          transitionId: Number(id),
          transitionName: name,
        }));
        return { issues: group.map(({ key }) => key), isTransitionsFiltered: others.length > 0, transitions };
      });
      return { status: 200, body: { availableTransitions } };
    },
  };
}

/** Does what is due of the tasks that were submitted. */
export function finishTasks(site: Site): void {
  for (const task of site.tasks.values()) finish(site, task);
}

function submit(site: Site, body: unknown): BulkTask {
  const inputs = (asObject(body)?.["bulkTransitionInputs"] ?? []) as readonly {
    readonly selectedIssueIdsOrKeys: readonly string[];
    readonly transitionId: string;
  }[];
  const wanted = inputs.flatMap(({ selectedIssueIdsOrKeys, transitionId }) =>
    selectedIssueIdsOrKeys.map((ref) => ({ ref, transitionId })),
  );
  if (wanted.length === 0) throw refuse(400, ["At least one issue is required."]);
  if (wanted.length > 1000) throw refuse(400, ["At most 1000 issues can be transitioned at once."]);
  const id = site.nextId();
  const task = { id, submitted: site.now(), wanted, done: false, processed: [], failed: {}, invalid: 0 };
  site.tasks.set(id, task);
  return task;
}

function finish(site: Site, task: BulkTask): void {
  if (task.done || site.now() < task.submitted + site.bulkTaskMs) return;
  task.done = true;
  for (const { ref, transitionId } of task.wanted) {
    const issue = findIssue(site, ref);
    if (!issue) {
      task.invalid += 1;
      continue;
    }
    try {
      go(site, issue, transitionId, {});
      task.processed.push(issue.id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { errorMessages, errors } = error.answer.body as {
        errorMessages: string[];
        errors: Record<string, string>;
      };
      task.failed[issue.id] = [...errorMessages, ...Object.values(errors)];
    }
  }
}

function progress(site: Site, { id, submitted, wanted, done, processed, failed, invalid }: BulkTask) {
  return {
    taskId: id,
    status: done ? "COMPLETE" : "RUNNING",
    progressPercent: done ? 100 : 0,
    submittedBy: shownPerson(site, us(site).accountId),
    created: moment(submitted),
    started: moment(submitted),
    updated: moment(site.now()),
    totalIssueCount: wanted.length,
    invalidOrInaccessibleIssueCount: invalid,
    processedAccessibleIssues: processed.map(Number),
    failedAccessibleIssues: failed,
  };
}
