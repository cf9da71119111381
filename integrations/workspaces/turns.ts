/** Lets one at a time work on something. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Work with the same key happens in the order in which it was asked for, one after the other, also after a failure. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    const settled = mine.then(
      () => {},
      () => {},
    );
    last.set(key, settled);
    void settled.then(() => {
      if (last.get(key) === settled) last.delete(key);
    });
    return mine;
  };
}
