import type { Due } from "#db/messages-due.ts";

/** Calls at the same time. Progress has places of its own: a Slack that hangs on it keeps no question waiting. */
const PLACES = { decisions: 8, progress: 4 } as const;
type Lane = keyof typeof PLACES;

/** The calls under way. `send` must not reject. */
export function createCalls(send: (due: Due) => Promise<void>) {
  const underWay = new Map<string, { readonly lane: Lane; readonly work: Promise<void> }>();
  let isOpen = true;

  return {
    /** False while the same thing is under way, while too much else is, and after `close`. */
    hasPlaceFor(due: Due): boolean {
      const lane = laneOf(due);
      const inLane = [...underWay.values()].filter((other) => other.lane === lane).length;
      return isOpen && !underWay.has(nameOf(due)) && inLane < PLACES[lane];
    },

    begin(due: Due): void {
      const name = nameOf(due);
      underWay.set(name, { lane: laneOf(due), work: send(due).finally(() => underWay.delete(name)) });
    },

    /** Nothing begins any more. Resolves when all has ended. */
    async close(): Promise<void> {
      isOpen = false;
      await Promise.all([...underWay.values()].map(({ work }) => work));
    },
  };
}

const laneOf = ({ rank }: Due): Lane => (rank === 2 ? "progress" : "decisions");

/** What must not be done twice at the same time: one post per channel, one change per message, one scan per place. */
function nameOf({ kind, id, workspaceId, channelId, threadTs }: Due): string {
  switch (kind) {
    case "open":
    case "post":
      return `post ${workspaceId} ${channelId}`;
    case "update":
      return id;
    case "find":
      return `find ${workspaceId} ${channelId} ${threadTs}`;
  }
}
