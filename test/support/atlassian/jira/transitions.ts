import type { Asked, Handler } from "../double.ts";
import { change, log } from "./changes.ts";
import { addComment } from "./comments.ts";
import { placeOf, readChanges, wishOf } from "./fields.ts";
import { asObject, type Issue, refuse } from "./model.ts";
import type { Transition } from "./plans.ts";
import { resolutions, type ScreenField } from "./screens.ts";
import { shownTransition, statusOf } from "./show.ts";
import { allowed, issueFor, projectOf, type Site, us } from "./state.ts";

/** Which ways an issue can go, and going one. */
export function transitionHandlers(site: Site): Record<string, Handler> {
  return {
    getTransitions: (asked) => {
      const issue = issueFor(site, asked.param("issueIdOrKey"));
      const fields = (asked.query.get("expand") ?? "").split(",").includes("transitions.fields");
      const only = asked.query.get("transitionId");
      const all = availableTransitions(site, issue, fields);
      return {
        status: 200,
        body: { expand: "transitions", transitions: all.filter(({ id }) => !only || id === only) },
      };
    },
    doTransition: (asked) => transition(site, asked),
  };
}

/** The ways from where an issue is, as Jira shows them. */
export function availableTransitions(site: Site, issue: Issue, withFields: boolean) {
  const project = projectOf(site, issue);
  return waysOf(site, issue).map((way) => {
    const screen = Object.fromEntries(screenOfWay(way).map((field) => [field.fieldId, withoutId(field)]));
    return shownTransition(site, project, way, withFields ? screen : undefined);
  });
}

/** Sends an issue along a way; refuses where that is not open. */
export function go(site: Site, issue: Issue, transitionId: string, body: unknown): void {
  const way = waysOf(site, issue).find(({ id }) => id === transitionId);
  if (!way) throw refuse(400, [`Transition id '${transitionId}' is not valid for this issue.`]);
  const wish = wishOf(body);
  const values = readChanges(placeOf(site, issue), wish, screenOfWay(way));
  const missing = (way.requires ?? []).find((name) => !(name in values));
  if (missing) throw refuse(400, [], { [missing]: `${nameOf(missing)} is required.` });
  const comments = wish.update["comment"];
  if (comments !== undefined && !way.requires) {
    throw refuse(400, [], {
      comment: "Field 'comment' cannot be set. It is not on the appropriate screen, or unknown.",
    });
  }
  change(site, issue, us(site).accountId, values);
  setStatus(site, issue, way.to, us(site).accountId);
  for (const one of Array.isArray(comments) ? comments : []) {
    addComment(site, issue, us(site).accountId, asObject(asObject(one)?.["add"]) ?? {});
  }
}

/** Puts an issue into a status in somebody's name, whatever the workflow says. */
export function setStatus(site: Site, issue: Issue, name: string, author: string): void {
  const before = statusOf(site, issue);
  const after = projectOf(site, issue).workflow.statuses.find((one) => one.name === name);
  if (!after) throw new Error(`${issue.project} has no status ${name}`);
  issue.status = after.id;
  const ends = { from: before.id, fromString: before.name, to: after.id, toString: after.name };
  log(site, issue, author, [{ field: "status", ...ends }]);
}

function transition(site: Site, { param, body }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  const id = asObject(asObject(body)?.["transition"])?.["id"];
  if (typeof id !== "string") throw refuse(400, ["Missing 'transition' identifier"]);
  go(site, issue, id, body);
  return { status: 204 };
}

/** The ways that are open now. */
export function waysOf(site: Site, issue: Issue): readonly Transition[] {
  const project = projectOf(site, issue);
  if (!allowed(project, "TRANSITION_ISSUES")) return [];
  const { name } = statusOf(site, issue);
  return project.workflow.transitions.filter(({ from }) => !from || from.includes(name));
}

function screenOfWay(way: Transition): ScreenField[] {
  return (way.requires ?? []).map((id) => ({
    fieldId: id,
    key: id,
    name: nameOf(id),
    required: true,
    hasDefaultValue: false,
    operations: ["set"],
    schema: { type: id, system: id },
    ...(id === "resolution" ? { allowedValues: resolutions } : {}),
  }));
}

function withoutId({ fieldId: _, ...field }: ScreenField) {
  return field;
}

function nameOf(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1);
}
