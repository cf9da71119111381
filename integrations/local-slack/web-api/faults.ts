import { z } from "zod";

/** What a test wants to go wrong. Any other word is the error code that the method answers. */
export const Fault = z.object({
  method: z.string().min(1),
  /** `ratelimited`, `http_500`, `hang` (no answer, nothing done), `drop_after_store` (done, but no answer), or an error code. */
  kind: z.string().min(1),
  times: z.int().min(1).default(1),
  /** Whole seconds. */
  retry_after: z.int().min(0).default(1),
});
export type Fault = z.infer<typeof Fault>;

/** Trouble that waits for its method to be called. */
export type Faults = {
  add(fault: Fault): void;
  /** The trouble that the next call of this method meets, if any; it counts as met. */
  take(method: string): Fault | undefined;
  clear(): void;
};

/** No trouble yet. It is met in the order in which it was added. */
export function createFaults(): Faults {
  const faults: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      faults.push({ fault, left: fault.times });
    },
    take(method) {
      const next = faults.find(({ fault, left }) => fault.method === method && left > 0);
      if (next === undefined) return undefined;
      next.left -= 1;
      return next.fault;
    },
    clear() {
      faults.length = 0;
    },
  };
}
