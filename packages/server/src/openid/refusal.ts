/** A token, or an answer of the provider, that proves nothing. Why is for the log alone: it would help whoever forges. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused"
}

/** The provider did not answer, or not with what a provider answers; nothing is said about the token. */
export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable"
  /** When it is worth trying again, milliseconds. */
  readonly retryAfterMs: number
  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options)
    this.retryAfterMs = retryAfterMs
  }
}
