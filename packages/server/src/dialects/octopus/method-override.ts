import type { IncomingMessage } from "node:http"

/**
 * Makes a POST the method that `X-HTTP-Method-Override` names, before a route is looked for: the vendor's .NET client and
 * its portal send every DELETE so.
 * @returns the URL, as it is
 */
export function overrideMethod(request: IncomingMessage): string {
  const asked = String(request.headers["x-http-method-override"]).toUpperCase()
  if (request.method === "POST" && (asked === "DELETE" || asked === "PUT")) request.method = asked
  return request.url ?? "/"
}
