/** The name that `typed` was most likely meant to be; null where none is near. Case and hyphens do not count. */
export function nearest(typed: string, names: readonly string[]): string | null {
  const plain = (name: string) => name.toUpperCase().replaceAll("-", "_");
  const ranked = names
    .map((name) => ({ name, far: distance(plain(typed), plain(name)) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(2, typed.length / 3) ? best.name : null;
}

/** How many letters have to be added, removed or changed. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
