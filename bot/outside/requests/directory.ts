import type { Standing } from "#engine/consultation/policy.ts";

/** What the API must know of a workspace's people and channels. Every question may throw `OutsideFailure`: nobody is asked on a guess. */
export type Directory = {
  /** The Slack id of the full member with this e-mail address; null where there is none. */
  personByEmail(workspaceId: string, email: string): Promise<string | null>;
  /** Whether this is the Slack id of a full member: no bot, no guest, nobody who left. */
  isFullMember(workspaceId: string, personId: string): Promise<boolean>;
  /** Whether somebody in the workspace bears this name, however it is written: then no agent may. */
  isMembersName(workspaceId: string, name: string): Promise<boolean>;
  /** The id of the channel with this id or name ("C01GENERAL", "#general"), where the bot may post; null where it may not. */
  channel(workspaceId: string, nameOrId: string): Promise<string | null>;
  /** What the rules need to know of somebody who answers a question that was put to these channels and people. */
  standing(asked: {
    readonly workspaceId: string;
    readonly personId: string;
    readonly channels: readonly string[];
    readonly people: readonly string[];
    readonly requester: string;
  }): Promise<Standing>;
};
