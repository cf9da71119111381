import type { Adapter } from "./adapter.ts";
import type { Figures } from "./measure.ts";
import { measureFanout } from "./scenario-fanout.ts";
import { measureParked } from "./scenario-parked.ts";
import { measureResume } from "./scenario-resume.ts";
import { measureSteps } from "./scenario-steps.ts";
import type { Measured } from "./server.ts";

/** What is measured, by name, and the letter by which the peers' harness calls the same. */
export const SCENARIOS = {
  steps: { letter: "A", measure: measureSteps },
  resume: { letter: "B", measure: measureResume },
  parked: { letter: "C", measure: measureParked },
  fanout: { letter: "D", measure: measureFanout },
} as const satisfies Record<string, Scenario>;

type Scenario = {
  readonly letter: string;
  readonly measure: (adapter: Adapter, measured: Measured) => Promise<Figures>;
};

export type ScenarioName = keyof typeof SCENARIOS;

export const isScenario = (name: string): name is ScenarioName => name in SCENARIOS;
