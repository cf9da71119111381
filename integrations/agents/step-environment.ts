import type { Assignment } from "#engine/agent/agent.ts";
import { markOf } from "../processes/end-group.ts";
import { commandEnvironment, type Environment } from "../processes/environment.ts";
import { GIT_IDENTITY } from "../workspaces/git.ts";
import { approvedSha, DECISION } from "./approval.ts";

/** Names with a meaning to the shell, to git or to a language's start: a parameter of that name is `PARAM_…` only. */
const MEANS_SOMETHING = new RegExp(
  `^(?:${[
    "PATH|HOME|ENV|IFS|PS\\d|PWD|OLDPWD|SHELL|TERM|CI|USER|LANG|TZ|TMPDIR|CDPATH|EDITOR|VISUAL|PAGER|_",
    "APPROVED_SHA|MAKEFLAGS|RUBYOPT|RUBYLIB|GOFLAGS|GOPATH|GOROOT|RUSTFLAGS|RUSTC|CLASSPATH",
    "(?:PYTHON|PERL|BASH).*",
    "(?:LC|LD|DYLD|GIT|SSH|NODE|NPM|JAVA|CARGO|RUSTC|PARAM|STEP|COUNTERSIGN)_.*",
  ].join("|")})$`,
);

/**
 * All that a command of a step gets to see. Values stand here and never in the shell line, so whatever they hold stays data:
 *
 * - each parameter as `PARAM_<NAME>`, and as `<NAME>` where that name means nothing else: `version` is `$VERSION`;
 * - `COUNTERSIGN_GOAL` (`g14`), `COUNTERSIGN_RUN`, `COUNTERSIGN_STEP`, `COUNTERSIGN_ATTEMPT`, `COUNTERSIGN_BRANCH`,
 *   and `COUNTERSIGN_MARK`, by which the processes of this very attempt are found;
 * - `COUNTERSIGN_OUTPUT`: a file that takes `name=value` lines for later steps;
 * - `STEP_<KEY>_<NAME>`: the values that the steps before this one left;
 * - `APPROVED_SHA`: the commit that a person approved last, where one did;
 * - `GIT_AUTHOR_…`, `GIT_COMMITTER_…`: Countersign, so that commits need no settings.
 *
 * In a name everything but letters and digits becomes `_`.
 */
export function stepEnvironment(
  parent: Environment,
  assignment: Assignment,
  outputFile: string,
): Record<string, string> {
  const { goal, runId, step, attempt, lease, branch, inputs, parameters } = assignment;
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] => {
    const plain = toName(name);
    const always: [string, string] = [`PARAM_${plain}`, value];
    return MEANS_SOMETHING.test(plain) ? [always] : [always, [plain, value]];
  });
  // "ok" + "release_decision" is written like "ok-release" + "decision": what a person decided wins.
  const left = inputs
    .toSorted(peopleLast)
    .flatMap(({ key, output }) =>
      Object.entries(output.values ?? {}).map(([name, value]) => [
        `STEP_${toName(key)}_${toName(name)}`,
        value,
      ]),
    );
  return commandEnvironment(parent, {
    ...Object.fromEntries([...given, ...left]),
    ...GIT_IDENTITY,
    GIT_TERMINAL_PROMPT: "0",
    COUNTERSIGN_GOAL: `g${goal.number}`,
    COUNTERSIGN_RUN: runId,
    COUNTERSIGN_STEP: step.key,
    COUNTERSIGN_ATTEMPT: String(attempt),
    COUNTERSIGN_MARK: markOf(lease),
    COUNTERSIGN_BRANCH: branch,
    COUNTERSIGN_OUTPUT: outputFile,
    APPROVED_SHA: approvedSha(inputs) ?? undefined,
  });
}

type Input = Assignment["inputs"][number];

const peopleLast = (a: Input, b: Input): number => isDecided(a) - isDecided(b);

const isDecided = ({ output }: Input): number => (output.values?.[DECISION] === undefined ? 0 : 1);

const toName = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, "_");
