import type { Category, Status } from "./issue.ts";

/** A way from one status to another one. */
export type Way = {
  readonly id: string;
  readonly name: string;
  readonly to: Status;
  /** What its screen asks for and we can't give; nobody goes there then. */
  readonly lacks: readonly { readonly fieldId: string; readonly name: string }[];
  /** What is set on its screen on the way. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The resolutions to choose from, where its screen asks for one. */
  readonly resolutions: readonly { readonly id: string; readonly name: string }[];
};

/** Where an issue should go. */
export type Aim = { readonly to: Category; readonly prefer?: "cancelled" | undefined };

/** What is known of a workflow: the ways out of statuses that somebody has stood in. */
export type Known = (statusId: string) => readonly Way[] | undefined;

/** Statuses that say "it was not done", in the languages that Jira speaks. */
const CANCELLED =
  /cancel|won'?t|wont|reject|declin|abandon|duplicate|invalid|obsolete|discard|withdrawn|drop|abgebroch|abgelehnt|verworfen|storniert|wird nicht|annul|abandonn|rejet|cancelad|rechazad|descartad|rejeitad|annullat|scartat|rifiutat|geannuleerd|afgewezen|geweiger|anulowan|odrzucon|avbr|avvis|annuller|afvist|peruttu|hylätty|zrušen|zamítnut|отмен|отклон|скасован|відхилен|iptal|reddedil|キャンセル|中止|却下|取消|拒绝|취소|거부|ملغ|בוטל/iu;
/** Statuses in the middle that say "it stands still", or that others have it. */
const WAITING =
  /block|wait|hold|pause|review|test|qa|feedback|wart|prüf|blockier|attente|bloqu|revis|espera|sospes|wacht|ожид|провер|レビュー|待/iu;

/** Whether a status, or a resolution, says that it was given up. */
const isCancelled = ({ name }: { readonly name: string }): boolean => CANCELLED.test(name);

/** Whether an issue that stands there is where it should be. */
export const isThere = (status: Status, { to }: Aim): boolean => status.category === to;

/** Whether a status is not only of the right category but says it well: "In progress", not "Blocked"; "Done", not "Won't do". */
export function saysIt(status: Status, aim: Aim): boolean {
  if (!isThere(status, aim)) return false;
  if (aim.to === "indeterminate") return !WAITING.test(status.name);
  return aim.to === "new" || isCancelled(status) === (aim.prefer === "cancelled");
}

/** What an issue's resolution becomes, where it needs one. */
export function resolutionFor({ resolutions, to }: Way, aim: Aim): { readonly id: string } | null {
  const isGivenUp = aim.prefer === "cancelled" || isCancelled(to);
  const found = resolutions.find((one) => isCancelled(one) === isGivenUp) ?? resolutions[0];
  return found ? { id: found.id } : null;
}

const RANK: Readonly<Record<Category, number>> = { new: 0, indeterminate: 1, done: 2 };

/**
 * The next way towards one of the goals: the shortest one that is known, else one to a status nobody has stood in yet, as near as
 * can be. It never leads through an end that is not a goal. Null: there is no way.
 */
export function nextWay(from: string, goals: readonly Status[], aim: Aim, known: Known): Way | null {
  const isGoal = (status: Status) => goals.some(({ id }) => id === status.id);
  const seen = new Set([from]);
  const edge: { readonly first: Way; readonly at: Status; readonly hops: number }[] = [];
  const unknown: typeof edge = [];
  const look = (statusId: string, first: Way | null, hops: number) => {
    for (const way of known(statusId) ?? []) {
      if (way.lacks.length > 0 || seen.has(way.to.id)) continue;
      if (way.to.category === "done" && !isGoal(way.to)) continue;
      seen.add(way.to.id);
      edge.push({ first: first ?? way, at: way.to, hops });
    }
  };
  look(from, null, 1);
  // `edge` grows while it is walked.
  for (const step of edge) {
    if (isGoal(step.at)) return step.first;
    if (known(step.at.id) === undefined) unknown.push(step);
    else look(step.at.id, step.first, step.hops + 1);
  }
  const distance = ({ at, hops }: (typeof edge)[number]) =>
    Math.abs(RANK[at.category] - RANK[aim.to]) * 10 + hops;
  return unknown.toSorted((a, b) => distance(a) - distance(b))[0]?.first ?? null;
}

/**
 * The next way to a status of the aim's category, of all that a type has: to one that says it well, if need be to another one. Only
 * what is done must not end as "Won't do" because the way to "Done" is closed.
 */
export function nextWayTo(from: string, all: readonly Status[], aim: Aim, known: Known): Way | null {
  const there = all.filter((status) => isThere(status, aim));
  const best = there.filter((status) => saysIt(status, aim));
  const way = best.length > 0 ? nextWay(from, best, aim, known) : null;
  const mustSayIt = best.length > 0 && aim.to === "done" && aim.prefer === undefined;
  return way ?? (mustSayIt ? null : nextWay(from, there, aim, known));
}
