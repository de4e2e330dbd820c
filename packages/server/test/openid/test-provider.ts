import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import {
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from "jose"
import Oidc from "oidc-provider"

/** A key of the provider, with which a test signs what the provider itself never would. */
export interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly pair: GenerateKeyPairResult
  /** Private, for the provider's own key store. */
  readonly jwk: JWK
}

export async function signingKey(kid: string, alg: string): Promise<SigningKey> {
  const pair = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, pair, jwk: { ...(await exportJWK(pair.privateKey)), kid, alg, use: "sig" } }
}

export const clientId = "keyward"
export const clientSecret = "the-client-secret-of-keyward-at-the-test-provider"
/** The audience of the provider's access tokens. */
export const audience = "https://keyward.test"

/** How the provider treats what it is asked; the test's doing, in the server before it. */
type Behaviour =
  | "normal"
  | "down"
  | "silent"
  | "failing"
  | "huge"
  | ((request: IncomingMessage, response: ServerResponse) => boolean)

export interface ProviderSettings {
  readonly keys: readonly SigningKey[]
  readonly redirectUri?: string
  /** What the provider says about whoever signs in with a login, beside `sub`. */
  readonly accounts?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** A real OpenID provider on loopback, with a server before it that a test can make fail. */
export interface TestProvider {
  readonly issuer: string
  /** Which paths were asked for, in order. */
  readonly asked: string[]
  behave(as: Behaviour): void
  /** From now on it signs with the first of these and publishes them all. */
  rotate(keys: readonly SigningKey[]): void
  /** An access token for `audience`, issued by the provider itself; its scopes are its only rights. */
  accessToken(): Promise<string>
  close(): Promise<void>
}

export async function openTestProvider(settings: ProviderSettings): Promise<TestProvider> {
  const server = createServer((request, response) => {
    asked.push((request.url ?? "").split("?")[0] ?? "")
    if (behaviour === "down") return void request.socket.destroy()
    if (behaviour === "silent") return
    if (behaviour === "failing") return void response.writeHead(500).end("{}")
    if (behaviour === "huge" && request.url?.startsWith("/.well-known")) {
      // As it should be, but for its size.
      const document = { issuer, jwks_uri: `${issuer}/jwks`, filler: "x".repeat(300_000) }
      response.writeHead(200, { "content-type": "application/json" })
      return void response.end(JSON.stringify(document))
    }
    if (typeof behaviour === "string" || !behaviour(request, response)) provider(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  const asked: string[] = []
  let behaviour: Behaviour = "normal"
  let keys = settings.keys
  let provider = made()

  return {
    issuer,
    asked,
    behave(as) {
      behaviour = as
    },
    rotate(next) {
      if (String(next.map(({ kid }) => kid)) === String(keys.map(({ kid }) => kid))) return
      keys = next
      provider = made()
    },
    async accessToken() {
      const response = await fetch(`${issuer}/token`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials", resource: audience, scope: "keys" }),
      })
      const body = (await response.json()) as { readonly access_token?: string }
      if (body.access_token === undefined) throw new Error(JSON.stringify(body))
      return body.access_token
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function made() {
    const [first] = keys
    const redirectUri = settings.redirectUri ?? "http://127.0.0.1/unused"
    return new Oidc(issuer, {
      jwks: { keys: keys.map(({ jwk }) => jwk) },
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [redirectUri],
          grant_types: ["authorization_code", "client_credentials"],
          response_types: ["code"],
          id_token_signed_response_alg: first?.alg,
        },
      ],
      cookies: { keys: ["a key for the provider's own cookies"] },
      claims: {
        email: ["email", "email_verified"],
        profile: ["name", "given_name", "family_name", "groups"],
      },
      scopes: ["openid", "email", "profile"],
      findAccount: (_context: unknown, login: string) => ({
        accountId: login,
        claims: () => ({ sub: login, ...settings.accounts?.[login] }),
      }),
      extraTokenClaims: () => ({ realm_access: { roles: ["keyward-admins"] } }),
      pkce: { required: () => true },
      features: {
        devInteractions: { enabled: true },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: () => ({
            scope: "keys",
            audience,
            accessTokenFormat: "jwt",
            jwt: { sign: { alg: first?.alg } },
          }),
        },
      },
    }).callback()
  }
}

/** Signs whatever a test wants with a key of the provider, or with one that it never published. */
export function forge(
  key: SigningKey,
  claims: JWTPayload,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: "at+jwt", ...header })
    .sign(key.pair.privateKey)
}
