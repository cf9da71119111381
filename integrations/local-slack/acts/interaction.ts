import type { Ack, Envelope } from "../app/envelope.ts";
import { PersonError, SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import type { Person } from "../state/records.ts";
import { APP } from "../state/seed.ts";

/** An acknowledged envelope: after how many milliseconds, and with what in the answer. */
export type Acked = { readonly ackMs: number; readonly body: unknown };

/** What every interaction says about who did it and in which workspace. */
export function senderOf(person: Person): Record<string, unknown> {
  const username = person.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, ".");
  return {
    user: { id: person.id, username, name: username, team_id: APP.teamId },
    team: { id: APP.teamId, domain: APP.teamDomain },
    api_app_id: APP.appId,
    token: "local-slack",
    enterprise: null,
    is_enterprise_install: false,
  };
}

/**
 * Sends what a person did, once: Slack never sends clicks and commands again. Throws a PersonError with Slack's
 * `operation_timeout` or `dispatch_failed`, in the sentence that the person sees.
 */
export async function sendOnce(
  slack: Slack,
  envelope: Envelope,
  sentence: (code: string) => string,
): Promise<Acked> {
  const ack = await slack.send(envelope);
  if (ack.kind === "acked") return ack;
  const code = codeOf(ack);
  slack.log(`local-slack: ${envelope.type} after ${ack.ackMs} ms: ${code} (${ack.because})`);
  throw new PersonError(409, code, sentence(code));
}

/** Does what the app answered; where Slack would refuse that, the person hears of it and the log too. */
export function obey<T>(slack: Slack, work: () => T): T {
  try {
    return work();
  } catch (problem) {
    if (!(problem instanceof SlackError)) throw problem;
    const details = JSON.stringify(problem.more);
    slack.log(`local-slack: the app's answer was refused: ${problem.code} ${details}`);
    throw new PersonError(409, problem.code, `The app's answer was refused: ${problem.code} ${details}`);
  }
}

function codeOf(ack: Extract<Ack, { kind: "failed" }>): "operation_timeout" | "dispatch_failed" {
  switch (ack.because) {
    case "http_timeout":
      return "operation_timeout";
    case "http_error":
    case "connection_failed":
      return "dispatch_failed";
  }
}
