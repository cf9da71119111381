import { BlockList, isIP } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import ipaddr from "ipaddr.js";

export type Addresses = {
  /** The address that this call comes from; "unknown" where a proxy does not tell. */
  of(c: Context): string;
  isAllowed(address: string): boolean;
};

/**
 * Where calls come from. What `X-Forwarded-For` says counts only as far as each who wrote it is a trusted proxy: read from
 * its end, the first address that is not one of them is the caller. Without trusted proxies the header says nothing.
 */
export function createAddresses({
  allowedIps,
  trustedProxies,
}: {
  readonly allowedIps: readonly string[];
  readonly trustedProxies: readonly string[];
}): Addresses {
  const [allowed, trusted] = [listOf(allowedIps), listOf(trustedProxies)];
  return {
    of(c) {
      const peer = plain(getConnInfo(c).remote.address ?? "");
      if (trustedProxies.length === 0 || !isIn(trusted, peer)) return peer;
      const forwarded = c.req.header("x-forwarded-for") ?? "";
      if (forwarded === "") return peer;
      const hops = forwarded.split(",").map((hop) => plain(hop.trim()));
      return hops.findLast((hop) => !isIn(trusted, hop)) ?? hops[0] ?? peer;
    },
    isAllowed: (address) => allowedIps.length === 0 || isIn(allowed, address),
  };
}

/** Whom to count an address as: with IPv6 one customer has a whole /64. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  return ipaddr.IPv6.parse(address).parts.slice(0, 4).join(":");
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Without a port, a zone, and the way that IPv6 writes an IPv4 address; "unknown" where it is no address. */
function plain(text: string): string {
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? [];
  const [, dotted] = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text) ?? [];
  const address = (bracketed ?? dotted ?? text).replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? "unknown" : address;
}
