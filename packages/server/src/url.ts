/** Addresses that stand for every address of the machine, and the one at which a client on it finds them. */
const loopback: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" }

/** The URL at which a client on this machine reaches what listens on `host` and `port`; no slash at the end. */
export function localUrl(host: string, port: number): string {
  const address = loopback[host] ?? host
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`
}
