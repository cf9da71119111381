import type { Command } from "commander";
import { NAME_OF } from "../sync/system-names.ts";
import { addConnectionCheck } from "./connection-check.ts";
import { addConnectionSet } from "./connection-set.ts";
import { addConnectionUnset } from "./connection-unset.ts";
import type { Operator } from "./operator.ts";
import type { Kind, Said } from "./system-kind.ts";

/** `jira …` and `confluence …`: what a project is kept in step with. Returns what more can be added to. */
export function addSystem<
  Options extends Said,
  Settings extends { readonly url: string; readonly username: string },
>(program: Command, operator: Operator, kind: Kind<Options, Settings>): Command {
  const { system } = kind;
  const parent = program.command(system).description(`Keep projects in step with ${NAME_OF[system]}`);
  addConnectionSet(parent, operator, kind);
  addConnectionUnset(parent, operator, system);
  addConnectionCheck(parent, operator, kind);
  return parent;
}
