import { fail, type InputError } from "../failure.ts"
import { keyFormats } from "../key/format.ts"
import type { Secret, SecretHint } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Instant } from "../time.ts"
import type { AuthorityDeps } from "./deps.ts"

/** A secret that its holder made, in the format of the keyspace, and never sent: all that is known of it. */
export interface BlindSecret {
  /** The SHA-256 of the full text, 32 bytes. */
  readonly sha256: Uint8Array
  /** Absent: nothing of the text is shown. */
  readonly hint?: SecretHint | undefined
}

/** A secret that is about to be stored. */
export interface IssuedSecret {
  readonly secret: Secret
  /** To hand to the holder; null where they made it themselves. */
  readonly text: string | null
}

/**
 * @param blind absent: the secret is drawn
 * @throws "invalid_input" for a blind secret in a recoverable keyspace, or one whose hint says more than that of any other
 * @throws "already_exists" when a key has or had this very secret
 */
export async function issueSecret(
  deps: AuthorityDeps,
  keyspace: Keyspace,
  keyId: string,
  version: number,
  blind: BlindSecret | undefined,
  now: Instant,
): Promise<IssuedSecret> {
  const format = keyFormats[keyspace.format]
  const text = format.print(keyspace.prefix, keyId, deps.entropy)
  const hint = format.hint(text)
  const issued = {
    version,
    createdAt: now,
    expiresAt: null,
    lastUsedAt: null,
    lastUsedFrom: null,
  }
  if (!blind) {
    const recoverable = keyspace.retention === "recoverable"
    const sealed = recoverable ? deps.sealer.seal(text, { keyId, secretVersion: version }) : null
    return { secret: { ...issued, ...deps.peppers.digest(text), hint, sealed }, text }
  }
  refuseBlind(keyspace, blind, hint)
  // A commit would find it under the pepper of today alone.
  const taken = await deps.store.digestTaken(deps.peppers.candidatesOfHash(blind.sha256))
  if (taken) fail({ code: "already_exists", resource: "secret", member: "digest" })
  const digest = deps.peppers.digestOfHash(blind.sha256)
  return {
    secret: { ...issued, ...digest, hint: blind.hint ?? { start: "", end: "" }, sealed: null },
    text: null,
  }
}

/** @param shown the hint of a secret that was drawn */
function refuseBlind({ retention }: Keyspace, { sha256, hint }: BlindSecret, shown: SecretHint): void {
  const errors: InputError[] = []
  if (retention === "recoverable") {
    errors.push({
      member: "/secret_sha256",
      message: "The keyspace is recoverable, and there is no secret to keep in a digest.",
      fix: "Leave it out, so that the secret is made here.",
    })
  }
  if (sha256.length !== 32) {
    errors.push({
      member: "/secret_sha256",
      message: "A SHA-256 has 32 bytes.",
      fix: "Send the SHA-256 of the full text of the secret.",
    })
  }
  if (hint && (hint.start.length > shown.start.length || hint.end.length > shown.end.length)) {
    errors.push({
      member: "/secret_hint",
      message: `A hint shows at most the first ${shown.start.length} and the last ${shown.end.length} characters.`,
      fix: "Show less of the secret.",
    })
  }
  if (errors.length > 0) fail({ code: "invalid_input", errors })
}
