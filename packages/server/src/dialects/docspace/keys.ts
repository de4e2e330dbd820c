import type {
  ApiKeyResponseDto,
  CreateApiKeyRequestDto,
  UpdateApiKeyRequest,
} from "@keyward/contract/docspace"
import {
  confined,
  type Instant,
  isFailure,
  type Key,
  type KeyPosition,
  mayWithKey,
  type Owner,
  type Principal,
  systemCaller,
} from "@keyward/core"
import type { DialectContext } from "../dialect.ts"
import { checkedScopes, keyPatch, newKey, printApiKey } from "./api-key.ts"
import { type DocSpaceCaller, demandOwnKeys, standingOf } from "./caller.ts"
import { accessIsLimited } from "./developer-tools.ts"
import { texts } from "./mapping.ts"
import { Refusal } from "./refusal.ts"

/** How many keys one page of the list reads; the list itself has no pages. */
const pageLimit = 500

/** @returns the new key, with its text */
export async function createKey(
  context: DialectContext,
  by: DocSpaceCaller,
  asked: CreateApiKeyRequestDto,
): Promise<ApiKeyResponseDto> {
  const { authority, keyspace, clock } = context
  const ordinary = !isAdministrator(by, keyspace.id)
  if (ordinary && (await accessIsLimited(authority, keyspace))) throw new Refusal(403, texts.accessDenied)
  demandOwnKeys(by, keyspace.id)
  const { key, secret } = await authority.createKey(
    by.caller,
    newKey(keyspace.id, by.owner, asked, clock.now()),
  )
  return printed(context, by)(key, secret)
}

/** The caller's own keys, or to an administrator everyone's where the vendor's server is followed; newest first. */
export async function listKeys(context: DialectContext, by: DocSpaceCaller): Promise<ApiKeyResponseDto[]> {
  const { authority, keyspace, settings } = context
  const everyones = settings.conformance === "observed" && isAdministrator(by, keyspace.id)
  const filter = { keyspaceId: keyspace.id, ...(everyones ? {} : { owner: by.owner }) }
  const print = printed(context, by)
  const keys: ApiKeyResponseDto[] = []
  let after: KeyPosition | null = null
  do {
    const page = await authority.keys(by.caller, filter, { limit: pageLimit, after })
    for (const key of page.items) keys.push(await print(key))
    after = page.next
  } while (after !== null)
  return keys
}

/** The key that the request presents, as its verification found it. */
export async function presentedKey(context: DialectContext, by: DocSpaceCaller): Promise<ApiKeyResponseDto> {
  if (!by.key) throw new Refusal(400, texts.noApiKey)
  return printed(context, by)(by.key)
}

/**
 * @returns whether the key is as asked now; false: it is somebody else's, or its time is over, and nothing was changed
 * @throws Refusal 400, 403; AuthorityError "not_found"
 */
export async function updateKey(
  context: DialectContext,
  by: DocSpaceCaller,
  id: string,
  asked: UpdateApiKeyRequest,
): Promise<boolean> {
  const { authority, keyspace, clock } = context
  checkedScopes(asked.permissions ?? [])
  const key = await existing(context, id)
  if (isOver(key, clock.now())) return false
  demandOwnKeys(by, keyspace.id)
  if (!mayWithKey(by.caller, "write", key)) return false
  if (keyPatch(key, asked) === null) return true
  try {
    await authority.updateKey(by.caller, key.id, (before) => keyPatch(before, asked) ?? {}, null)
    return true
  } catch (error) {
    // Somebody revoked it meanwhile.
    if (isFailure(error, "key_revoked")) return false
    throw error
  }
}

/**
 * @returns whether the key is gone; false: it is somebody else's
 * @throws Refusal 403; AuthorityError "not_found"
 */
export async function deleteKey(context: DialectContext, by: DocSpaceCaller, id: string): Promise<boolean> {
  const key = await existing(context, id)
  demandOwnKeys(by, context.keyspace.id)
  if (!mayWithKey(by.caller, "write", key)) return false
  await context.authority.deleteKey(by.caller, key.id, null)
  return true
}

/**
 * A key of the dialect's, whoever asks: the vendor tells keys of others in the portal from those that do not exist. What
 * may be done with it, the authority says.
 * @throws AuthorityError "not_found"
 */
function existing({ authority, keyspace }: DialectContext, id: string): Promise<Key> {
  const within = { keys: ["keys.read"], organization: [] } as const
  return authority.key(confined(systemCaller(keyspace.organizationId), keyspace.id, within), id)
}

function isOver(key: Key, now: Instant): boolean {
  return key.revokedAt !== null || (key.expiresAt !== null && now >= key.expiresAt)
}

function isAdministrator(by: DocSpaceCaller, keyspaceId: string): boolean {
  return ["owner", "administrator"].includes(standingOf(by, keyspaceId))
}

/** Prints keys to a caller, having looked up each of their creators once. */
function printed({ authority, settings, clock }: DialectContext, by: DocSpaceCaller) {
  const creators = new Map<string, Principal | null>()
  return async (key: Key, secret?: string): Promise<ApiKeyResponseDto> => {
    const { owner } = key
    const known = creators.get(owner.id)
    const creator = known === undefined ? await creatorOf(owner) : known
    creators.set(owner.id, creator)
    return printApiKey(key, {
      now: clock.now(),
      conformance: settings.conformance,
      creator,
      presented: key.id === by.key?.id,
      ...(secret === undefined ? {} : { secret }),
    })
  }

  /** null: the organization, an external owner, or somebody who was removed. */
  async function creatorOf({ kind, id }: Owner): Promise<Principal | null> {
    if (kind !== "user" && kind !== "service_account") return null
    try {
      return await authority.member(by.caller, id)
    } catch (error) {
      if (isFailure(error, "not_found")) return null
      throw error
    }
  }
}
