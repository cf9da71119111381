import type { Metrics } from "./contenders.ts";
import { median, rounded } from "./measure.ts";
import type { ScenarioName } from "./scenarios.ts";

/** What each scenario is about. Of rates more is better; of everything else less. */
const TELLING = {
  steps: ["steps_per_s", "drain_steps_per_s", "write_tx_per_wf", "stmts_per_wf", "wal_bytes_per_wf"],
  resume: ["idle_ms_p50", "idle_ms_p95", "seq_ms_p50", "burst_all_done_ms"],
  parked: [
    "rss_base_mb",
    "rss_mb",
    "rss_added_again_mb",
    "heap_kb_per_parked",
    "stmts_per_s",
    "idle_cpu_pct",
  ],
  fanout: ["fanout200_ms_median", "write_tx", "stmts"],
} as const satisfies Record<ScenarioName, readonly string[]>;

/** One line for each telling figure: the medians over all rounds, and each one's as a multiple of ours. */
export function compare(
  scenario: ScenarioName,
  found: ReadonlyMap<string, readonly Metrics[]>,
): readonly object[] {
  return TELLING[scenario].map((figure) => {
    const medians = [...found].flatMap(([name, rounds]) => {
      const middle = median(rounds.flatMap((metrics) => metrics[figure] ?? []));
      return middle === null ? [] : [[name, middle] as const];
    });
    const own = medians.find(([name]) => name === "countersign")?.[1] ?? 0;
    const timesOurs = medians.flatMap(([name, value]) =>
      name === "countersign" || own === 0 ? [] : [[name, rounded(value / own, 2)] as const],
    );
    return {
      scenario,
      figure,
      medians: Object.fromEntries(medians),
      times_ours: Object.fromEntries(timesOurs),
    };
  });
}
