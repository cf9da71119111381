import { StartFailure } from "#engine/errors.ts";
import { slackFailure } from "./slack-failure.ts";

const PLACES = {
  SLACK_BOT_TOKEN: "the Bot User OAuth Token (OAuth & Permissions)",
  SLACK_APP_TOKEN: "an App-Level Token with connections:write (Basic Information)",
} as const;

/** Why a token gets us nowhere, and what to do: Slack does not take it, limits us, or can't be reached. */
export function cannotUse(name: keyof typeof PLACES, cause: unknown): StartFailure {
  const failure = slackFailure(cause);
  switch (failure.kind) {
    case "limited":
      return new StartFailure(
        `Slack limits how often it is asked: try again in ${Math.ceil(failure.retryAfterMs / 1_000)} s.`,
        { cause },
      );
    case "unclear":
      return new StartFailure(
        `Slack can't be reached (${failure.reason}): check the network, and SLACK_API_URL where it is set.`,
        { cause },
      );
    case "disconnected":
    case "closed":
    case "gone":
    case "blocks":
    case "refused":
      return new StartFailure(
        `Slack does not take ${name} (${failure.code}): set it to ${PLACES[name]} of the app at api.slack.com/apps; ./countersign connect tests it and writes it.`,
        { cause },
      );
  }
}
