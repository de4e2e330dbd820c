import { type Clock, type Entropy, later, type PurposeSealer } from "@keyward/core"
import * as client from "openid-client"
import { Type } from "typebox"
import { Value } from "typebox/value"
import { boundedFetch } from "./bounded-fetch.ts"
import { type Identity, identityOf } from "./identity.ts"
import { type Provider, type ProviderMetadata, providerBounds } from "./provider.ts"
import { ProviderUnavailable, TokenRefused } from "./refusal.ts"
import type { OpenIdSettings, SignInSettings } from "./settings.ts"
import { type ProvedClaims, proveToken } from "./token.ts"

/** How long a browser may take at the provider, milliseconds. */
export const signInMs = 10 * 60_000

/** The path of the redirect URI. */
const callbackPath = "/v1/openid/callback"

/** Sign-in in the browser: OpenID Connect Core 1.0 §3.1 with PKCE (RFC 7636). Keeps nothing, so any node can finish it. */
export interface BrowserSignIn {
  /**
   * @param returnTo where the browser shall be in the end; see `urlOnServer`
   * @returns the provider's page, and what the browser keeps until it comes back: sealed, good for `signInMs`
   * @throws ProviderUnavailable
   */
  begin(returnTo: string): Promise<{ readonly location: string; readonly sealed: string }>
  /**
   * @param sealed what the browser kept; null: nothing
   * @param search the query with which it came back, with its question mark
   * @throws TokenRefused unless the answer belongs to this very sign-in and proves who signed in; ProviderUnavailable
   */
  finish(
    sealed: string | null,
    search: string,
  ): Promise<{ readonly identity: Identity; readonly returnTo: string }>
}

export interface SignInParts {
  readonly settings: OpenIdSettings
  readonly signIn: SignInSettings
  readonly provider: Provider
  readonly clock: Clock
  readonly entropy: Entropy
  readonly sealer: PurposeSealer
}

const Pending = Type.Object({
  state: Type.String(),
  nonce: Type.String(),
  verifier: Type.String(),
  returnTo: Type.String(),
  expiresAt: Type.Number(),
})

export function browserSignIn(parts: SignInParts): BrowserSignIn {
  const { settings, signIn, provider, clock, entropy, sealer } = parts
  const redirectUri = signIn.publicUrl + callbackPath

  return {
    async begin(returnTo) {
      const configuration = await configured()
      const [state, nonce, verifier] = [chance(), chance(), chance()]
      const location = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: signIn.scopes,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      })
      const pending = { state, nonce, verifier, returnTo, expiresAt: later(clock.now(), signInMs) }
      return { location: location.href, sealed: sealer.seal(JSON.stringify(pending)) }
    },

    async finish(sealed, search) {
      const { state, nonce, verifier, returnTo } = pendingOf(sealed)
      const configuration = await configured()
      const proved = await answered(async () => {
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier }
        const tokens = await client.authorizationCodeGrant(
          configuration,
          new URL(redirectUri + search),
          checks,
        )
        // openid-client trusts TLS for the signature; we do not, and pin its algorithm as for bearer tokens.
        const rules = { ...settings, audience: signIn.clientId }
        const proved = await proveToken(tokens.id_token ?? "", rules, provider, clock)
        if (configuration.serverMetadata().userinfo_endpoint === undefined) return proved
        const more = await client.fetchUserInfo(configuration, tokens.access_token, proved.subject)
        return completed(proved, more)
      })
      return { identity: identityOf(proved, settings), returnTo }
    },
  }

  async function configured(): Promise<client.Configuration> {
    const metadata = await provider.metadata()
    const configuration = new client.Configuration(
      metadata,
      signIn.clientId,
      {
        [client.clockTolerance]: settings.clockSkewMs / 1000,
        [client.clockSkew]: Math.floor((clock.now() - Date.now()) / 1000),
      },
      clientAuthentication(metadata, signIn.clientSecret),
    )
    configuration.timeout = settings.timeoutMs / 1000
    configuration[client.customFetch] = fetchFromProvider
    if (settings.issuer.startsWith("http:")) client.allowInsecureRequests(configuration)
    return configuration
  }

  function pendingOf(sealed: string | null) {
    if (sealed === null) throw new TokenRefused("The browser began no sign-in.")
    const pending = opened(sealed)
    if (clock.now() >= pending.expiresAt) throw new TokenRefused("The sign-in took too long.")
    return pending
  }

  function opened(sealed: string) {
    try {
      return Value.Parse(Pending, JSON.parse(sealer.open(sealed)))
    } catch (cause) {
      throw new TokenRefused("The sign-in is not one that was begun here.", { cause })
    }
  }

  function chance(): string {
    return Buffer.from(entropy.bytes(32)).toString("base64url")
  }
}

/**
 * Where `path` leads on the server at `publicUrl`; null for what a browser would take for another host: it reads
 * `//evil.example`, `/\evil.example` and a tab in between as such.
 * @param publicUrl without a slash at the end
 */
export function urlOnServer(path: string, publicUrl: string): string | null {
  if (!path.startsWith("/") || !URL.canParse(path, publicUrl)) return null
  if (new URL(path, publicUrl).origin !== new URL(publicUrl).origin) return null
  return new URL(publicUrl + path).href
}

/** RFC 6749 §2.3.1: Basic unless the provider says that it takes only the other. */
function clientAuthentication(metadata: ProviderMetadata, secret: string | null): client.ClientAuth {
  if (secret === null) return client.None()
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"]
  return methods.includes("client_secret_basic")
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret)
}

/** A provider that does not answer says nothing about who signs in. */
async function fetchFromProvider(url: string, options: client.CustomFetchOptions): Promise<Response> {
  const { signal, body, ...rest } = options
  const response = await boundedFetch(url, {
    ...rest,
    ...(signal ? { signal } : {}),
    ...(body === undefined ? {} : { body }),
  }).catch((cause) => {
    throw new ProviderUnavailable("The provider does not answer.", providerBounds.retryMs, { cause })
  })
  if (response.status < 500) return response
  throw new ProviderUnavailable(`The provider answered ${response.status}.`, providerBounds.retryMs)
}

/** @throws TokenRefused for whatever openid-client finds wrong with the provider's answers; the rest as it comes */
async function answered(ask: () => Promise<ProvedClaims>): Promise<ProvedClaims> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof client.ClientError && cause.cause instanceof ProviderUnavailable) throw cause.cause
    const refusals = [
      client.ClientError,
      client.AuthorizationResponseError,
      client.ResponseBodyError,
      client.WWWAuthenticateChallengeError,
    ]
    if (!refusals.some((refusal) => cause instanceof refusal)) throw cause
    throw new TokenRefused("The provider's answer is not good.", { cause })
  }
}

/** What the ID token says wins; an e-mail address and whether it is verified are from one and the same source. */
function completed(proved: ProvedClaims, more: Readonly<Record<string, unknown>>): ProvedClaims {
  const { email: _email, email_verified: _verified, ...rest } = more
  const kept = Object.hasOwn(proved.claims, "email") ? rest : more
  return { ...proved, claims: { ...kept, ...proved.claims } }
}
