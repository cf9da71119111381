import type { StuckRun, SystemStatus } from "../../sync/status.ts";
import { NAME_OF, SYSTEMS } from "../../sync/system-names.ts";
import { inert } from "./text.ts";

const MINUTE_MS = 60_000;
/** Pages are written once a minute, so so short a delay is no news where nothing has failed. */
export const CALM_MS = 2 * MINUTE_MS;
const MOST_STUCK = 3;
const MOST_IN_REASON = 400;

/**
 * What there is to say about Jira and Confluence, a line each: "◐ Jira is 12 minutes behind: 503". Empty where all is in step, or
 * less than a minute behind. `now` is in milliseconds since 1970.
 */
export function syncLines(statuses: readonly SystemStatus[], now: number): readonly string[] {
  return SYSTEMS.flatMap((system) => {
    const mine = statuses.filter((status) => status.system === system);
    const late = latest(mine, now);
    const stuck = mine.flatMap((status) => status.stuck.map((run) => stuckLine(status, run)));
    const more = stuck.length - MOST_STUCK;
    return [
      ...mine.filter(({ waitsForGoOn }) => waitsForGoOn).map(waitingLine),
      ...(late === null ? [] : [late]),
      ...stuck.slice(0, MOST_STUCK),
      ...(more > 0 ? [`… and ${more} more: \`./countersign sync status\``] : []),
    ];
  });
}

/** Whichever of a system's projects is behind most speaks for all. */
function latest(statuses: readonly SystemStatus[], now: number): string | null {
  const late = statuses
    .filter(({ waitsForGoOn }) => !waitsForGoOn)
    .flatMap((status) => lateOf(status, now) ?? []);
  const [worst] = late.toSorted((a, b) => a.since - b.since);
  if (!worst) return null;
  const reason = worst.reason === null ? "" : `: ${inert(worst.reason, MOST_IN_REASON)}`;
  return `◐ ${NAME_OF[worst.system]} is ${howLong(now - worst.since)} behind${reason}`;
}

function lateOf(status: SystemStatus, now: number) {
  const { system, behind, circuit } = status;
  const since = behind[0]?.since;
  const error = circuit?.lastError ?? behind.find((row) => row.error !== null)?.error ?? null;
  if (since === undefined || now - since < (error === null ? CALM_MS : MINUTE_MS)) return null;
  return { system, since, reason: error === null ? null : reasonOf(status, error) };
}

/** The system is named already: "Jira answers 503" is "503", "Jira limits us (429)" is "it limits us (429)". */
function reasonOf({ system }: Pick<SystemStatus, "system">, error: string): string {
  const name = NAME_OF[system];
  const said = error.toLowerCase().startsWith(`${name.toLowerCase()} `) ? error.slice(name.length + 1) : null;
  if (said === null) return error;
  return /^answers (\d{3})$/.exec(said)?.[1] ?? `it ${said}`;
}

const waitingLine = ({ system, place }: SystemStatus): string =>
  `✋ ${NAME_OF[system]} waits until somebody presses Go on (${inert(place, 40)})`;

const stuckLine = ({ system }: SystemStatus, { goalNumber, reason, ref }: StuckRun): string =>
  `✕ ${NAME_OF[system]} is stuck at g${goalNumber}: ${inert(reason, MOST_IN_REASON)}${ref === null ? "" : ` (ref ${ref})`}`;

/** In words that are read out: "12 minutes", "1 hour", "3 days". */
export function howLong(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return counted(minutes, "minute");
  if (minutes < 48 * 60) return counted(Math.floor(minutes / 60), "hour");
  return counted(Math.floor(minutes / (24 * 60)), "day");
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;
