import type { Outcome, StepOutput } from "#engine/agent/agent.ts";
import { lastPart } from "../processes/output.ts";
import type { CommandEnd } from "../processes/run-command.ts";
import type { Change } from "../workspaces/evidence.ts";
import { readTestCounts, type TestCounts } from "./test-counts.ts";
import { readFailedTest } from "./test-failure.ts";

const MOST_LOG_CHARACTERS = 20_000;
const MOST_REASON_CHARACTERS = 1_000;

/** What a command that ended with exit code 0 leaves behind. `change`: what is on the branch now, where there is one. */
export function toOutput(
  end: CommandEnd,
  change: Change | null,
  values: Readonly<Record<string, string>>,
): StepOutput {
  const counts = readTestCounts(end.output);
  return {
    summary: counts ? toSentence(counts) : `exit 0 in ${formatSeconds(end.tookMs)}`,
    log: lastPart(end.output, MOST_LOG_CHARACTERS),
    ...(counts ? { testsPassed: counts.passed, testsFailed: counts.failed } : {}),
    ...(change
      ? {
          filesChanged: change.filesChanged,
          linesAdded: change.linesAdded,
          linesRemoved: change.linesRemoved,
          commit: change.head,
        }
      : {}),
    ...(Object.keys(values).length > 0 ? { values } : {}),
  };
}

/** How a command failed that did not end with exit code 0, told by what it printed. */
export function toFailure(end: CommandEnd, timeoutMs: number): Outcome & { readonly kind: "failed" } {
  const log = lastPart(end.output, MOST_LOG_CHARACTERS);
  const failed = (reason: string, again: boolean) =>
    ({ kind: "failed", reason: lastPartOfReason(reason), again, log }) as const;
  if (end.aborted) return failed("Stopped before it was finished.", true);
  if (end.timedOut)
    return failed(
      withLines(`Killed after ${formatSeconds(timeoutMs)}, its time limit.`, lastLines(end.output, 2)),
      true,
    );
  if (end.signal !== null)
    return failed(withLines(`Ended by ${end.signal}.`, lastLines(end.output, 2)), true);
  const cannotRun = toCannotRun(end);
  return cannotRun === null ? failed(whyItFailed(end), true) : failed(cannotRun, false);
}

/** The shell's own exit codes: trying again changes nothing. */
function toCannotRun({ exitCode, output }: CommandEnd): string | null {
  const said = lastLines(output, 1);
  switch (exitCode) {
    case 127: {
      const [, name] = /(?:^|: )([^\s:]+): (?:command )?not found\s*$/m.exec(output) ?? [];
      return `Command not found${name === undefined ? `: ${said}` : `: ${name}`}. Install it on this machine, or mend the command.`;
    }
    case 126:
      return `The command can't be run: ${said}. Make the file executable (chmod +x), or mend the command.`;
    case 125:
      return withLines("The command could not be started (exit 125).", said);
    default:
      return null;
  }
}

function whyItFailed({ exitCode, output }: CommandEnd): string {
  const counts = readTestCounts(output);
  const test = readFailedTest(output);
  const many =
    counts && counts.failed > 0 ? `${counts.failed} of ${counts.passed + counts.failed} tests failed` : null;
  if (test) return withLines(`${many ?? "A test failed"}: ${test.name}`, test.message);
  if (many) return withLines(`${many}.`, tellingLines(output));
  return withLines(`Exit ${exitCode}.`, tellingLines(output));
}

/** Lines that say what is wrong, where there are any; else the last ones. */
function tellingLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^npm (?:error|ERR!)/.test(line));
  const telling = lines.filter((line) =>
    /^\s*(?:[\w./-]+: )?(?:\w*error|fatal|panic|exception)\b.*:/i.test(line),
  );
  return (telling.length > 0 ? telling.slice(0, 3) : lines.slice(-3)).map((line) => line.trim()).join("\n");
}

const lastLines = (output: string, count: number): string =>
  output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-count)
    .join("\n");

const withLines = (first: string, more: string): string => (more === "" ? first : `${first}\n${more}`);

const lastPartOfReason = (reason: string): string =>
  reason.length <= MOST_REASON_CHARACTERS
    ? reason
    : `${reason.slice(0, MOST_REASON_CHARACTERS - 1)}…`.toWellFormed();

/** "12 tests passed", "10 tests passed, 2 failed, 1 skipped". */
export function toSentence({ passed, failed, skipped }: TestCounts): string {
  if (passed + failed + skipped === 0) return "No tests ran";
  const first = `${passed} ${passed === 1 ? "test" : "tests"} passed`;
  return [
    first,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
}

/** "1.2 s", "300 s". */
function formatSeconds(ms: number): string {
  return ms >= 10_000 ? `${Math.round(ms / 1_000)} s` : `${Math.max(0.1, Math.round(ms / 100) / 10)} s`;
}
