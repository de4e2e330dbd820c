import { hash } from "node:crypto"
import type { Exhibit, KnownSecret, SecretKind } from "./evidence.ts"

/** A secret where none may be. It names the kind and the place, and never repeats the secret. */
export interface Finding {
  readonly kind: SecretKind
  readonly source: string
}

/** How much of a form has to be met before the rest is compared. No form of a secret is shorter. */
const anchorLength = 16

/** Looks for many secrets at once, each in every form that programs print bytes in, in any amount of text. */
export class SecretScan {
  /** By the end of the form: texts of keys begin alike. */
  readonly #forms = new Map<string, { readonly form: string; readonly kind: SecretKind }[]>()

  /** @throws RangeError for a secret that is too short to be told from other text */
  constructor(secrets: Iterable<KnownSecret>) {
    for (const { kind, bytes } of secrets) {
      for (const form of formsOf(bytes)) {
        if (form.length < anchorLength) throw new RangeError(`A ${kind} is too short to be looked for.`)
        const anchor = form.slice(-anchorLength)
        const sharing = this.#forms.get(anchor) ?? []
        if (!sharing.some((other) => other.form === form)) sharing.push({ form, kind })
        this.#forms.set(anchor, sharing)
      }
    }
  }

  *findings({ source, text }: Exhibit): Generator<Finding> {
    for (let end = anchorLength; end <= text.length; end++) {
      for (const { form, kind } of this.#forms.get(text.slice(end - anchorLength, end)) ?? []) {
        if (text.startsWith(form, end - form.length)) yield { kind, source }
      }
    }
  }
}

/** The bytes and their SHA-256, which is halfway to a digest, as texts. */
function formsOf(bytes: Uint8Array): Set<string> {
  return new Set([bytes, hash("sha256", bytes, "buffer")].flatMap(printed))
}

function printed(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes)
  const text = buffer.toString("utf8")
  const hex = buffer.toString("hex")
  const members = [...buffer].map((byte, at) => `"${at}":${byte}`)
  return [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    hex,
    hex.toUpperCase(),
    // As Node.js prints a Buffer.
    hex.replaceAll(/..(?!$)/g, "$& "),
    // Without padding, so that both spellings are found.
    buffer.toString("base64").replace(/=+$/, ""),
    buffer.toString("base64url"),
    // As JSON prints a Buffer, and a Uint8Array.
    buffer.join(","),
    members.join(","),
  ]
}
