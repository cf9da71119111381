import type { Channel, Group, Person } from "./records.ts";

/** The app as the workspace knows it. The ids stand in the issue and in scripts: do not change them. */
export const APP = {
  teamId: "T01LOCAL",
  teamName: "Local",
  teamDomain: "local",
  name: "Countersign",
  userName: "countersign",
  userId: "UCSIGN01",
  botId: "B01CSIGN",
  appId: "A01CSIGN",
} as const;

/** Somebody as they are at first: a full member. */
export function newPerson(id: string, name: string): Person {
  return {
    id,
    name,
    email: `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, ".")}@example.com`,
    timeZone: "Europe/Berlin",
    isBot: false,
    isRestricted: false,
    isUltraRestricted: false,
    isStranger: false,
  };
}

/** The id of a person's direct message with the app: `D01ALICE` for `U01ALICE`. */
export function directId(personId: string): string {
  return `D${personId.slice(1)}`;
}

/** The direct message of one person with the app. */
export function newDirect(personId: string, atMs: number): Channel {
  const members = [personId, APP.userId];
  return {
    id: directId(personId),
    name: directId(personId),
    kind: "direct",
    members,
    isArchived: false,
    createdAtMs: atMs,
  };
}

/** The people of a new workspace, and the app. */
export const FIRST_PEOPLE: readonly Person[] = [
  newPerson("U01ALICE", "Alice"),
  newPerson("U02BOB", "Bob"),
  newPerson("U03CAROL", "Carol"),
  newPerson("U04DAVE", "Dave"),
  { ...newPerson(APP.userId, APP.name), email: undefined, isBot: true },
];

/** The channels of a new workspace, with everybody in them and the app too, and its direct messages. */
export function firstChannels(atMs: number): Channel[] {
  const members = FIRST_PEOPLE.map((person) => person.id);
  const rest = { kind: "channel", members, isArchived: false, createdAtMs: atMs } as const;
  return [
    { id: "C01GENERAL", name: "general", ...rest },
    { id: "C02DEPLOYS", name: "deploys", ...rest },
    ...FIRST_PEOPLE.filter((person) => !person.isBot).map((person) => newDirect(person.id, atMs)),
  ];
}

/** The one group of a new workspace. */
export const FIRST_GROUP: Group = {
  id: "S01LEADS",
  handle: "leads",
  name: "Leads",
  members: ["U03CAROL", "U04DAVE"],
};
