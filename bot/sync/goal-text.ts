import type { Brief } from "#engine/run/run.ts";

/** What a run is for, as somebody who was not there reads it: whoever typed "run release" asked for "Release billing 0.2.0". */
export const goalTextOf = ({ text, title, workflow }: Brief): string =>
  workflow !== null && text === `run ${workflow}` ? title : text;
