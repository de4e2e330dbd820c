/** The signature algorithms that can be allowed. None is symmetric, and `none` is none of them (RFC 8725 §3.1, §3.2). */
const signatureAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const
type SignatureAlgorithm = (typeof signatureAlgorithms)[number]

/** What the configuration says about the OpenID provider; see docs/openid.md. */
export interface OpenIdSettings {
  /** Exactly as the provider writes it in its tokens and in its discovery document. */
  readonly issuer: string
  /** Whom a bearer token has to be for; null: no bearer tokens are taken. */
  readonly audience: string | null
  readonly algorithms: readonly SignatureAlgorithm[]
  /** How far the provider's clock and ours may be apart, milliseconds. */
  readonly clockSkewMs: number
  /** How long the provider may take to answer one request, milliseconds. */
  readonly timeoutMs: number
  readonly organization: OrganizationSource
  /** null: tokens bring no roles. */
  readonly roles: RoleSource | null
  /** null: no sign-in in the browser. */
  readonly signIn: SignInSettings | null
}

/** Which organization a token is for: always the same one (null: the oldest), or the one whose id a claim holds. */
type OrganizationSource =
  | { readonly kind: "fixed"; readonly id: string | null }
  | { readonly kind: "claim"; readonly path: string }

interface RoleSource {
  /** A claim whose value is a text or a list of texts; see `claimAt`. */
  readonly path: string
  /** Names of roles by what the claim says. What is not here means nothing. */
  readonly map: ReadonlyMap<string, readonly string[]>
}

export interface SignInSettings {
  readonly clientId: string
  /** null: a public client, which has PKCE alone. */
  readonly clientSecret: string | null
  /** Space-separated; holds `openid`. */
  readonly scopes: string
  /** Whether who signs in and is not known yet becomes a user, with the roles that their token maps to. */
  readonly createUsers: boolean
  /** Where browsers reach this server, without a slash at the end. */
  readonly publicUrl: string
}

/** What the environment says, each a text; the empty text where nothing is said. */
export interface OpenIdVariables {
  readonly KEYWARD_OPENID_ISSUER: string
  readonly KEYWARD_OPENID_AUDIENCE: string
  readonly KEYWARD_OPENID_ALGORITHMS: string
  readonly KEYWARD_OPENID_CLOCK_SKEW_SECONDS: string
  readonly KEYWARD_OPENID_TIMEOUT_MS: string
  readonly KEYWARD_OPENID_ORGANIZATION_ID: string
  readonly KEYWARD_OPENID_ORGANIZATION_CLAIM: string
  readonly KEYWARD_OPENID_ROLES_CLAIM: string
  readonly KEYWARD_OPENID_ROLE_MAP: string
  readonly KEYWARD_OPENID_CLIENT_ID: string
  readonly KEYWARD_OPENID_CLIENT_SECRET: string
  readonly KEYWARD_OPENID_SCOPES: string
  readonly KEYWARD_OPENID_CREATE_USERS: string
}

/**
 * @param publicUrl of the server itself; null: not configured
 * @returns the settings (null: no provider is configured), and a sentence for each thing that is wrong
 */
export function resolveOpenId(
  variables: OpenIdVariables,
  publicUrl: string | null,
): { readonly settings: OpenIdSettings | null; readonly faults: readonly string[] } {
  const issuer = variables.KEYWARD_OPENID_ISSUER
  const faults: string[] = []
  const audience = variables.KEYWARD_OPENID_AUDIENCE || null
  const clientId = variables.KEYWARD_OPENID_CLIENT_ID || null
  if (issuer === "") {
    const meaningless = Object.entries(variables)
      .filter(([name, value]) => value !== "" && needIssuer.has(name))
      .map(([name]) => `${name} says nothing without KEYWARD_OPENID_ISSUER.`)
    return { settings: null, faults: meaningless }
  }
  if (!isIssuer(issuer)) {
    faults.push(
      "KEYWARD_OPENID_ISSUER is not an https URL without query and fragment (http only on this machine).",
    )
  }
  if (audience === null && clientId === null) {
    faults.push(
      "KEYWARD_OPENID_ISSUER needs KEYWARD_OPENID_AUDIENCE (bearer tokens), KEYWARD_OPENID_CLIENT_ID (browser sign-in) or both.",
    )
  }
  if (clientId !== null && publicUrl === null) {
    faults.push(
      "KEYWARD_OPENID_CLIENT_ID needs KEYWARD_PUBLIC_URL, to which the provider sends browsers back.",
    )
  }
  const settings: OpenIdSettings = {
    issuer,
    audience,
    algorithms: algorithmsOf(variables.KEYWARD_OPENID_ALGORITHMS, faults),
    clockSkewMs: Number(variables.KEYWARD_OPENID_CLOCK_SKEW_SECONDS) * 1000,
    timeoutMs: Number(variables.KEYWARD_OPENID_TIMEOUT_MS),
    organization: organizationOf(variables, faults),
    roles: rolesOf(variables, faults),
    signIn:
      clientId === null || publicUrl === null
        ? null
        : {
            clientId,
            clientSecret: variables.KEYWARD_OPENID_CLIENT_SECRET || null,
            scopes: variables.KEYWARD_OPENID_SCOPES,
            createUsers: variables.KEYWARD_OPENID_CREATE_USERS === "true",
            publicUrl,
          },
  }
  if (settings.signIn && !settings.signIn.scopes.split(" ").includes("openid")) {
    faults.push("KEYWARD_OPENID_SCOPES lacks openid, without which the provider does not say who signs in.")
  }
  if (settings.signIn?.createUsers && settings.roles === null) {
    faults.push("KEYWARD_OPENID_CREATE_USERS needs KEYWARD_OPENID_ROLES_CLAIM, to say what new users may do.")
  }
  return { settings, faults }
}

/** Those that have no default and so were set by somebody. */
const needIssuer: ReadonlySet<string> = new Set([
  "KEYWARD_OPENID_AUDIENCE",
  "KEYWARD_OPENID_ORGANIZATION_ID",
  "KEYWARD_OPENID_ORGANIZATION_CLAIM",
  "KEYWARD_OPENID_ROLES_CLAIM",
  "KEYWARD_OPENID_ROLE_MAP",
  "KEYWARD_OPENID_CLIENT_ID",
  "KEYWARD_OPENID_CLIENT_SECRET",
])

/** An issuer has neither query nor fragment (OpenID Connect Discovery 1.0 §3). */
function isIssuer(text: string): boolean {
  return isEndpoint(text, true) && !/[?#]/.test(text)
}

/**
 * Whether a provider may be spoken to at this URL: over TLS, or in the clear where that never leaves the machine.
 * @param loopback whether the latter is wanted at all
 */
export function isEndpoint(text: string, loopback: boolean): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== "" || password !== "") return false
  return protocol === "https:" || (loopback && protocol === "http:" && isLoopback(hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

function algorithmsOf(list: string, faults: string[]): readonly SignatureAlgorithm[] {
  const names = list.split(",").map((name) => name.trim())
  const wrong = names.find((name) => !isSignatureAlgorithm(name))
  if (wrong !== undefined) {
    faults.push(`KEYWARD_OPENID_ALGORITHMS: "${wrong}" is none of ${signatureAlgorithms.join(", ")}.`)
  }
  return names.filter(isSignatureAlgorithm)
}

function isSignatureAlgorithm(name: string): name is SignatureAlgorithm {
  return signatureAlgorithms.some((algorithm) => algorithm === name)
}

function organizationOf(variables: OpenIdVariables, faults: string[]): OrganizationSource {
  const { KEYWARD_OPENID_ORGANIZATION_ID: id, KEYWARD_OPENID_ORGANIZATION_CLAIM: path } = variables
  if (id !== "" && path !== "") {
    faults.push("KEYWARD_OPENID_ORGANIZATION_ID and KEYWARD_OPENID_ORGANIZATION_CLAIM exclude each other.")
  }
  return path === "" ? { kind: "fixed", id: id || null } : { kind: "claim", path }
}

function rolesOf(variables: OpenIdVariables, faults: string[]): RoleSource | null {
  const { KEYWARD_OPENID_ROLES_CLAIM: path, KEYWARD_OPENID_ROLE_MAP: list } = variables
  if ((path === "") !== (list === "")) {
    faults.push(
      "KEYWARD_OPENID_ROLES_CLAIM and KEYWARD_OPENID_ROLE_MAP belong together; set both or neither.",
    )
  }
  if (path === "" || list === "") return null
  const map = new Map<string, readonly string[]>()
  for (const entry of list.split(",")) {
    const [, written = "", role] = /^(.+)=([a-z][a-z0-9_-]{0,62})$/.exec(entry.trim()) ?? []
    const value = decoded(written)
    if (role === undefined || value === null) {
      faults.push(
        `KEYWARD_OPENID_ROLE_MAP: "${entry}" is not <value of the claim>=<role>; a comma or percent sign in the value is written %2C or %25.`,
      )
      continue
    }
    map.set(value, [...new Set([...(map.get(value) ?? []), role])])
  }
  return { path, map }
}

/** Percent-decoded; null for what is not well-formed. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}
