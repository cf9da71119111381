/** How many workflows are begun at a time, as for every peer. */
export const CONCURRENCY = 16;

/** What a bench asks of an engine. The harness speaks to nothing else; ids are the harness's own. */
export type Adapter = {
  readonly name: string;
  startWorker(): Promise<void>;
  /** Work under way is let go of; what is begun afterwards waits for the next worker. */
  stopWorker(): Promise<void>;
  /** Begins five steps in a row. Resolves when they are durably accepted. */
  startSteps(id: string): Promise<void>;
  /** Begins a step that is followed by a wait for a person. */
  startPause(id: string): Promise<void>;
  /** How many wait for a person, durably. */
  pausedCount(): Promise<number>;
  /** A person answers. */
  signal(id: string): Promise<void>;
  /** Resolves to the moment (as `performance.now()`) at which the first line after the wait runs. */
  resumed(id: string): Promise<number>;
  /** How many have ended well, durably. */
  doneCount(): Promise<number>;
  /** Begins `width` steps beside each other and one that waits for all of them. */
  startFanout(id: string, width: number): Promise<void>;
  close(): Promise<void>;
};

/** `count` ids of one kind. */
export const idsOf = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);
