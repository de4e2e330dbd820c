import { isId } from "@keyward/core"
import { TokenRefused } from "./refusal.ts"
import type { OpenIdSettings } from "./settings.ts"
import type { ProvedClaims } from "./token.ts"

/** Whom proved claims are about, in our words. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  /** null: the oldest organization. */
  readonly organizationId: string | null
  /** Names of roles; null: the configuration maps none, so tokens say nothing about roles. */
  readonly roles: readonly string[] | null
  /** In lower case, and only where the provider says that it is verified. */
  readonly email: string | null
  readonly name: string | null
  readonly givenName: string | null
  readonly familyName: string | null
}

/** @throws TokenRefused when the configured claim names no organization */
export function identityOf(
  { issuer, subject, claims }: ProvedClaims,
  settings: Pick<OpenIdSettings, "organization" | "roles">,
): Identity {
  const { organization, roles } = settings
  return {
    issuer,
    subject,
    organizationId:
      organization.kind === "fixed" ? organization.id : namedOrganization(claims, organization.path),
    roles: roles && mappedRoles(claimAt(claims, roles.path), roles.map),
    // A provider that says nothing about verification has verified nothing.
    email: claims["email_verified"] === true ? (textOf(claims["email"])?.toLowerCase() ?? null) : null,
    name: textOf(claims["name"]),
    givenName: textOf(claims["given_name"]),
    familyName: textOf(claims["family_name"]),
  }
}

/** Who someone is at the provider: how the audit trail names them, and the id of an external actor. */
export function externalId({ issuer, subject }: Pick<Identity, "issuer" | "subject">): string {
  return `${issuer}#${subject}`
}

/**
 * The claim at a dotted path, such as `realm_access.roles`. A path with a `/` in it is the name of one claim, dots and all:
 * that is how claims are called whose name is a URL.
 * @returns undefined when there is none
 */
export function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  const names = path.includes("/") ? [path] : path.split(".")
  return names.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    claims,
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}

/** Each text counts as it is, whole and with its case; anything else means nothing. */
function mappedRoles(value: unknown, map: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const texts = [value].flat().filter((each): each is string => typeof each === "string")
  return [...new Set(texts.flatMap((text) => map.get(text) ?? []))]
}

function namedOrganization(claims: Readonly<Record<string, unknown>>, path: string): string {
  const id = claimAt(claims, path)
  if (typeof id !== "string" || !isId(id)) throw new TokenRefused("No organization is named.")
  return id
}

/** A text that every store can keep, cut to what a name may be long; null for anything else. */
function textOf(value: unknown): string | null {
  if (typeof value !== "string" || !value.isWellFormed() || /\p{Cc}/u.test(value)) return null
  return [...value].slice(0, textMaximum).join("") || null
}

/** In characters: no name or e-mail address is longer. */
const textMaximum = 255
