import type { PlanBlock, TaskCardBlock } from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import { safeHref } from "../text/markup.ts";
import type { Reader } from "../text/reader.ts";
import { showRichText } from "../text/rich-text.ts";

const STATES = {
  pending: { sign: "◌", words: "pending" },
  in_progress: { sign: "◐", words: "in progress" },
  complete: { sign: "✓", words: "done" },
  error: { sign: "✕", words: "error" },
} as const satisfies Record<TaskCardBlock["status"], { sign: string; words: string }>;

/** A plan: its title, how much is done, and its tasks. */
export function showPlan(plan: PlanBlock, reader: Reader): Html {
  const tasks = (plan.tasks ?? []).filter(isTask);
  const done = tasks.filter((task) => task.status === "complete").length;
  const count = tasks.length === 0 ? "" : html`<span class="quiet">${done} of ${tasks.length} done</span>`;
  return html`<section class="plan"><header><b>${plan.title}</b>${count}</header><ol>${tasks.map((task) => html`<li>${showTask(task, reader)}</li>`)}</ol></section>`;
}

/** A task: its state as a sign and as a word, its title; details, output and sources fold under it. */
export function showTask(task: TaskCardBlock, reader: Reader): Html {
  const state = STATES[task.status];
  const line = html`<span class="sign" aria-hidden="true">${state.sign}</span><span class="title">${task.title}</span><span class="state">${state.words}</span>`;
  const more = showMore(task, reader);
  if (more.length === 0) return html`<div class="task ${task.status}">${line}</div>`;
  return html`<details class="task ${task.status}"><summary>${line}</summary><div class="more">${more}</div></details>`;
}

function showMore(task: TaskCardBlock, reader: Reader): Html[] {
  const parts: Html[] = [];
  if (task.details !== undefined) parts.push(showRichText(task.details, reader));
  if (task.output !== undefined)
    parts.push(html`<div class="output">${showRichText(task.output, reader)}</div>`);
  const sources = (task.sources ?? []).map((source) => {
    const href = safeHref(source.url);
    if (href === undefined) return html`<li>${source.text}</li>`;
    return html`<li><a href="${href}" target="_blank" rel="noopener noreferrer">${source.text}</a></li>`;
  });
  if (sources.length > 0) parts.push(html`<ul class="sources" aria-label="Sources">${sources}</ul>`);
  return parts;
}

function isTask(task: TaskCardBlock | Record<string, unknown>): task is TaskCardBlock {
  return (
    task.type === "task_card" && typeof task["status"] === "string" && Object.hasOwn(STATES, task["status"])
  );
}
