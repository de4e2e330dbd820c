import { type Clock, type Instant, later } from "@keyward/core"
import { type CryptoKey, createLocalJWKSet, errors, type JWSHeaderParameters, type LocalJWKSet } from "jose"
import type { Logger } from "pino"
import { type Static, type TSchema, Type } from "typebox"
import { Value } from "typebox/value"
import { boundedFetch } from "./bounded-fetch.ts"
import { ProviderUnavailable } from "./refusal.ts"
import { isEndpoint, type OpenIdSettings } from "./settings.ts"

/** How long what the provider published is taken for granted, and how often it is asked. Milliseconds. */
export const providerBounds = {
  /** Within this of the last reading, a key that is not there does not make us ask again. */
  coolDownMs: 30_000,
  /** Within this of a reading that failed, nobody asks again. */
  retryMs: 5_000,
  /** After this the documents are read again before they are used. */
  refreshMs: 10 * 60_000,
  /** While the provider does not answer, they are used for so long and no longer. */
  trustedMs: 60 * 60_000,
} as const

const url = Type.String({ maxLength: 2000 })
const names = Type.Array(Type.String())

/** What we use of the discovery document (OpenID Connect Discovery 1.0 §3). */
export type ProviderMetadata = Static<typeof ProviderMetadata>
const ProviderMetadata = Type.Object({
  issuer: Type.String(),
  jwks_uri: url,
  authorization_endpoint: Type.Optional(url),
  token_endpoint: Type.Optional(url),
  userinfo_endpoint: Type.Optional(url),
  token_endpoint_auth_methods_supported: Type.Optional(names),
  id_token_signing_alg_values_supported: Type.Optional(names),
  authorization_response_iss_parameter_supported: Type.Optional(Type.Boolean()),
})

const KeySet = Type.Object({ keys: Type.Array(Type.Object({}), { maxItems: 100 }) })

interface Published {
  readonly metadata: ProviderMetadata
  readonly keys: LocalJWKSet
  readonly readAt: Instant
}

/**
 * The OpenID provider as this process knows it: its discovery document and keys, cached within `providerBounds`. However
 * many tokens with keys that do not exist arrive, it is asked once per cool-down, and by one reading at a time.
 */
export class Provider {
  readonly #settings: Pick<OpenIdSettings, "issuer" | "timeoutMs">
  readonly #clock: Clock
  readonly #logger: Logger
  #published: Published | null = null
  #failedAt: Instant | null = null
  #reading: Promise<Published> | null = null

  constructor(settings: Pick<OpenIdSettings, "issuer" | "timeoutMs">, clock: Clock, logger: Logger) {
    this.#settings = settings
    this.#clock = clock
    this.#logger = logger
  }

  /** @throws ProviderUnavailable */
  async metadata(): Promise<ProviderMetadata> {
    return (await this.#current()).metadata
  }

  /**
   * The key that made a signature, by the `kid` and `alg` of its header.
   * @throws ProviderUnavailable when it is not cached and cannot be asked for; a JOSEError when there is no such key
   */
  async key(header: JWSHeaderParameters): Promise<CryptoKey> {
    const published = await this.#current()
    try {
      return await usableKey(published, header)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      if (this.#clock.now() < later(published.readAt, providerBounds.coolDownMs)) throw error
      return usableKey(await this.#read(), header)
    }
  }

  async #current(): Promise<Published> {
    const known = this.#published
    const now = this.#clock.now()
    if (known && now < later(known.readAt, providerBounds.refreshMs)) return known
    try {
      return await this.#read()
    } catch (error) {
      const trusted = known && now < later(known.readAt, providerBounds.trustedMs)
      if (trusted && error instanceof ProviderUnavailable) return known
      throw error
    }
  }

  #read(): Promise<Published> {
    if (this.#reading) return this.#reading
    const now = this.#clock.now()
    if (this.#failedAt !== null) {
      const wait = later(this.#failedAt, providerBounds.retryMs) - now
      if (wait > 0)
        return Promise.reject(new ProviderUnavailable("The provider did not answer lately.", wait))
    }
    this.#reading = this.#fetchPublished()
      .then((published) => {
        this.#failedAt = null
        this.#published = published
        return published
      })
      .catch((cause) => {
        this.#failedAt = this.#clock.now()
        this.#logger.warn({ err: cause }, "the OpenID provider's documents could not be read")
        throw new ProviderUnavailable("The provider does not answer.", providerBounds.retryMs, { cause })
      })
      .finally(() => {
        this.#reading = null
      })
    return this.#reading
  }

  async #fetchPublished(): Promise<Published> {
    const { issuer } = this.#settings
    const location = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
    const metadata = await this.#fetchDocument(location, ProviderMetadata)
    refuseMetadata(metadata, issuer)
    const keys = createLocalJWKSet(await this.#fetchDocument(metadata.jwks_uri, KeySet))
    return { metadata, keys, readAt: this.#clock.now() }
  }

  async #fetchDocument<Schema extends TSchema>(location: string, schema: Schema): Promise<Static<Schema>> {
    const signal = AbortSignal.timeout(this.#settings.timeoutMs)
    const response = await boundedFetch(location, { headers: { accept: "application/json" }, signal })
    if (response.status !== 200) throw new Error(`${location} answered ${response.status}.`)
    const document: unknown = await response.json()
    if (!Value.Check(schema, document)) throw new Error(`${location} is not the document it should be.`)
    return document
  }
}

/** Discovery 1.0 §4.3: the issuer is exactly the one that was asked; and what it points to is as safe to speak to. */
function refuseMetadata(metadata: ProviderMetadata, issuer: string): void {
  if (metadata.issuer !== issuer) {
    throw new Error(`The provider calls itself "${metadata.issuer}"; KEYWARD_OPENID_ISSUER is "${issuer}".`)
  }
  const { jwks_uri, authorization_endpoint, token_endpoint, userinfo_endpoint } = metadata
  for (const location of [jwks_uri, authorization_endpoint, token_endpoint, userinfo_endpoint]) {
    if (location !== undefined && !isEndpoint(location, issuer.startsWith("http:"))) {
      throw new Error(`The provider points to "${location}", which is not an https URL.`)
    }
  }
}

/** @throws a JOSEError, also for a key that its publisher spoiled: it is as good as not there, and not our error */
async function usableKey({ keys }: Published, header: JWSHeaderParameters): Promise<CryptoKey> {
  try {
    const key = await keys(header)
    const { algorithm } = key
    if ("modulusLength" in algorithm && Number(algorithm.modulusLength) < 2048) {
      throw new errors.JWKInvalid("An RSA key of less than 2048 bits (RFC 7518 §3.3).")
    }
    return key
  } catch (cause) {
    if (cause instanceof errors.JOSEError) throw cause
    throw new errors.JWKInvalid("The key cannot be read.", { cause })
  }
}
