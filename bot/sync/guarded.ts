import type { AskedPlace, Circuits } from "./circuits.ts";

type Calls<T> = { readonly [K in keyof T]: (...args: never[]) => Promise<unknown> };

/**
 * The same port, each call of it behind the circuit of its system: it rejects with `Later`, unasked, while that system fails, and
 * opens the circuit where it fails (then the failure is the cause of `Later`).
 */
export function guarded<T extends Calls<T>>(port: T, circuits: Circuits, place: AskedPlace): T {
  return new Proxy(port, {
    get(target, name, receiver) {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof call !== "function") return call;
      return (...args: unknown[]) => circuits.within(place, async () => call.apply(target, args));
    },
  });
}
