import type { Clock } from "@keyward/core"
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose"
import type { Provider } from "./provider.ts"
import { TokenRefused } from "./refusal.ts"
import type { OpenIdSettings } from "./settings.ts"

/** Longest token, in characters: what else a request's headers hold still fits into what node reads of them. */
export const tokenMaximum = 12_288

/** What a provider says about someone, after it was proved that it says so. */
export interface ProvedClaims {
  readonly issuer: string
  /** At most 255 characters of ASCII (OpenID Connect Core 1.0 §2). */
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

export type TokenRules = Pick<OpenIdSettings, "issuer" | "algorithms" | "clockSkewMs"> & {
  readonly audience: string
}

/** Whether a bearer token is meant to be a JWT: no key of ours, and no session token, has dots. */
export function isTokenText(text: string): boolean {
  return text.split(".", 4).length === 3
}

/**
 * Checks a JWT of the provider (RFC 7519, RFC 8725, RFC 9068): type, issuer, audience and times first, so that a token
 * that is not for us never makes us ask the provider for keys; then the signature, by a pinned algorithm.
 * @throws TokenRefused; ProviderUnavailable when the key is not cached and the provider does not answer
 */
export async function proveToken(
  text: string,
  rules: TokenRules,
  provider: Provider,
  clock: Clock,
): Promise<ProvedClaims> {
  if (text.length > tokenMaximum) throw new TokenRefused(`Longer than ${tokenMaximum} characters.`)
  try {
    refuseType(decodeHeader(text))
    checkedClaims(decodeJwt(text), rules, clock)
    const { payload } = await jwtVerify(text, (header) => provider.key(header), {
      algorithms: [...rules.algorithms],
      currentDate: new Date(clock.now()),
      clockTolerance: rules.clockSkewMs / 1000,
    })
    // What is believed is what was signed.
    return checkedClaims(payload, rules, clock)
  } catch (cause) {
    if (cause instanceof errors.JOSEError) throw new TokenRefused(cause.code, { cause })
    throw cause
  }
}

function decodeHeader(text: string): { readonly typ?: unknown } {
  try {
    return decodeProtectedHeader(text)
  } catch (cause) {
    if (cause instanceof TypeError) throw new TokenRefused("The header is not a JOSE header.", { cause })
    throw cause
  }
}

/**
 * An access token or a plain JWT, which may leave the type out (RFC 7519 §5.1). A JWT made for another purpose, such as a
 * logout token or a proof of possession, names that purpose here (RFC 8725 §3.11).
 */
function refuseType({ typ }: { readonly typ?: unknown }): void {
  const type = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : typ
  if (type !== undefined && type !== "jwt" && type !== "at+jwt") {
    throw new TokenRefused("The token is of another type.")
  }
}

/** The claims, if they are for us and now. Times are seconds since 1970 (RFC 7519 §4.1), and an instant of expiry is already expired. */
function checkedClaims(claims: JWTPayload, rules: TokenRules, clock: Clock): ProvedClaims {
  const { iss, sub, aud, exp, nbf, iat } = claims
  if (iss !== rules.issuer) throw new TokenRefused("The token is of another issuer.")
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.includes(rules.audience)) throw new TokenRefused("The token is for another audience.")
  if (typeof sub !== "string" || !/^[\x20-\x7e]{1,255}$/.test(sub)) {
    throw new TokenRefused("The subject is missing, or not 1 to 255 characters of ASCII.")
  }
  const now = clock.now()
  const skew = rules.clockSkewMs
  if (typeof exp !== "number" || now >= exp * 1000 + skew) throw new TokenRefused("The token has expired.")
  if (typeof iat !== "number" || now < iat * 1000 - skew) {
    throw new TokenRefused("The token was issued in the future, or it is not said when.")
  }
  if (nbf !== undefined && (typeof nbf !== "number" || now < nbf * 1000 - skew)) {
    throw new TokenRefused("The token is not valid yet.")
  }
  return { issuer: iss, subject: sub, claims }
}
