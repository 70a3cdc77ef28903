import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';
import type { Config } from '../config.ts';

/** Says which address a request came from. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Reads client addresses. `X-Forwarded-For` is believed exactly as far as the operator said: that many proxies, or the
 * proxies with these addresses; whatever stands left of them was written by the client.
 */
export function createClientAddress(trustProxy: Config['trustProxy']): ClientAddress {
  const trust =
    typeof trustProxy === 'number'
      ? (_address: string, hop: number) => hop < trustProxy
      : proxyAddr.compile(trustProxy);
  return (request) => {
    try {
      return proxyAddr(request, trust);
    } catch {
      // A proxy wrote something that is no address: its own address is all that is certain.
      return request.socket.remoteAddress ?? '';
    }
  };
}

/** Bytes of an IPv6 address that one customer of a provider has: a /64. */
const NETWORK_BYTES = 8;

/** What limits count by: an IPv4 address, or an IPv6 /64, all of which belongs to one customer. */
export function addressBlock(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  // `process` turns an IPv4 address that is mapped into IPv6 back into what it is.
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = parsed.toByteArray().fill(0, NETWORK_BYTES);
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}
