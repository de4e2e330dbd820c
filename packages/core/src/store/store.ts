import type { ChainHead } from "../audit/chain.ts"
import type { AuditAction, AuditDraft, AuditEvent } from "../audit/event.ts"
import type { CreditBalance, CreditSpending } from "../credit/credits.ts"
import type { Digest } from "../key/digest.ts"
import type { Key, Secret } from "../key/key.ts"
import type { KeyState } from "../key/lifecycle.ts"
import type { KeyCaps, Keyspace } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type { Owner } from "../owner.ts"
import type { Principal, PrincipalKind, User } from "../principal.ts"
import type { Replay } from "../replay.ts"
import type { OneTimeLink, Session } from "../session.ts"
import type { Instant } from "../time.ts"
import type { Outcome } from "../verification/outcome.ts"
import type { StoredSubject } from "../verification/subject.ts"

/**
 * Where everything lives. Each method takes the organization and answers for that one alone: what belongs to another
 * is as unknown as what does not exist. The exceptions, which establish the organization, say so.
 *
 * Every method throws AuthorityError "store_unavailable" when the engine cannot answer, after `close` too; the
 * engine's own error is its `cause` and never leaves otherwise. Identifiers, names and tags compare exactly, by code
 * point. Reads see every commit that was acknowledged before they began.
 */
export interface Store {
  readonly engine: "memory" | "sqlite" | "postgres"

  /**
   * Makes all the changes, and appends the events to the organization's audit chain, or does nothing at all. Commits
   * of one organization happen one after another. When it returns, the commit survives a crash of machine or process.
   * @throws "revision_conflict" when an updated object is not at the revision that the change was made from
   * @throws "not_found" when an updated object, a new key's keyspace or the organization is not there, or is another's
   * @throws "already_exists" when an id, alias, name, user name, e-mail address or digest is taken (names the member);
   *         that of a key only where its policy says so
   * @throws "too_many_keys" when a key is made, or changed so, that more keys would count than its policy allows
   */
  commit(commit: Commit): Promise<void>
  /** Makes nothing. @throws what `commit` would throw now */
  rehearse(commit: Commit): Promise<void>

  organization(id: string): Promise<Organization | null>
  /** All organizations, oldest first. For the operator's own tools, not for tenants. */
  organizations(page: Page<TimePosition>): Promise<PageOf<Organization, TimePosition>>

  /** A user or service account; null also for a removed one. */
  principal(organizationId: string, id: string): Promise<Principal | null>
  principalByAlias(organizationId: string, alias: number): Promise<Principal | null>
  userByEmail(organizationId: string, email: string): Promise<User | null>
  /** Whether a user with this e-mail address was removed; somebody else may have the address since. */
  userWasRemoved(organizationId: string, email: string): Promise<boolean>
  /**
   * Users and service accounts that match every part of the filter, by `principalOrder(filter)`; bounded like `keys`.
   * No removed ones.
   * @throws "invalid_input" for a position of a list with another order
   */
  principals(
    organizationId: string,
    filter: PrincipalFilter,
    page: Page<PrincipalPosition>,
  ): Promise<PageOf<Principal, PrincipalPosition>>
  /** How many users with this role are neither suspended nor removed, counted to `most` and no further. */
  activeUsersWithRole(organizationId: string, role: string, most: number): Promise<number>

  /** An integer that was never given before, greater than 0. Gaps are normal. */
  newAlias(): Promise<number>

  /**
   * The session of a presented token, with its user as they are, suspended and removed ones too. Establishes the
   * organization, so it takes none. null also for an ended one.
   */
  sessionByDigest(
    digests: readonly Digest[],
  ): Promise<{ readonly session: Session; readonly user: User } | null>
  session(organizationId: string, id: string): Promise<Session | null>
  /** The sessions of a user, newest first. */
  sessions(
    organizationId: string,
    userId: string,
    page: Page<TimePosition>,
  ): Promise<PageOf<Session, TimePosition>>
  /** Moves the last use of a session forward, never back. Not audited. */
  touchSession(organizationId: string, id: string, lastSeenAt: Instant): Promise<void>
  /**
   * Deletes sessions that expired before one instant or were last seen before another, at most `most`.
   * @returns how many
   */
  purgeSessions(expiredBefore: Instant, seenBefore: Instant, most: number): Promise<number>

  /** The one-time link of a presented token, used and expired ones too. Establishes the organization, so it takes none. */
  linkByDigest(digests: readonly Digest[]): Promise<OneTimeLink | null>

  /** What a creating call was answered; an expired answer too, until it is purged. */
  replay(organizationId: string, intent: string): Promise<Replay | null>
  /** Deletes answers that expired before an instant, the longest expired first, at most `most`. @returns how many */
  purgeReplays(expiredBefore: Instant, most: number): Promise<number>

  /** The stored TAT (see `limit/gcra.ts`) of each name; a name without one is left out. */
  throttles(names: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** Moves TATs forward, never back, and forgets those that are past at `now`: `tat <= now`. */
  pushThrottles(tats: ReadonlyMap<string, number>, now: Instant): Promise<void>

  keyspace(organizationId: string, id: string): Promise<Keyspace | null>
  keyspaceByName(organizationId: string, name: string): Promise<Keyspace | null>
  /** Oldest first. */
  keyspaces(organizationId: string, page: Page<TimePosition>): Promise<PageOf<Keyspace, TimePosition>>

  /** null also for a deleted key. */
  key(organizationId: string, id: string): Promise<Key | null>
  keyByAlias(organizationId: string, alias: number): Promise<Key | null>
  /**
   * A deleted key, as it was last, except that `lastUsedAt` is null, as nothing is looked for by it any more; that of each
   * secret stays. null for a key that is not deleted, or purged.
   */
  deletedKey(organizationId: string, id: string): Promise<Key | null>
  deletedKeyByAlias(organizationId: string, alias: number): Promise<Key | null>
  /**
   * Keys of all organizations that were deleted before an instant and are not purged, the longest deleted first, at most
   * `most`. For the job that purges them.
   */
  keysDeletedBefore(instant: Instant, most: number): Promise<readonly DeletedKey[]>
  /** Forgets the usage of a deleted key, at most `most` hours and outcomes; none of any other key. @returns how many */
  purgeUsage(organizationId: string, keyId: string, most: number): Promise<number>
  /**
   * Keys that match every part of the filter, in the order that `keyOrder(filter)` names. Costs the same at any size:
   * one index leads, the rest of the filter is applied to at most `keyScanMaximum` rows, and a page may therefore be
   * shorter than asked, even empty, and still have a `next`. No deleted keys, unless the filter asks for those alone.
   * @throws "invalid_input" for a position of a list with another order
   */
  keys(
    organizationId: string,
    filter: KeyFilter,
    now: Instant,
    page: Page<KeyPosition>,
  ): Promise<PageOf<Key, KeyPosition>>

  /**
   * Keys of all organizations whose rotation is pending (`rotationIsPending`), by when it is due, then by id. For the job
   * that rotates them.
   */
  keysDueForRotation(now: Instant, page: Page<DueKey>): Promise<PageOf<DueKey, DueKey>>
  /**
   * Keys of all organizations of whose expiry a notice is due at `now` and was not given, by when it is due, then by id.
   * The first notice of a key is that of `nextNoticeAt` as it was made, or its expiry or state changed; the next is what
   * the change that gave the one before says.
   */
  keysDueForNotice(now: Instant, page: Page<DueKey>): Promise<PageOf<DueKey, DueKey>>
  /** Since when each of these keys was idle when that was last told of; one of which it never was is left out. */
  idleNotices(organizationId: string, keyIds: readonly string[]): Promise<ReadonlyMap<string, Instant>>

  /**
   * The key that a presented secret belongs to, in one indexed read. Establishes the organization, so it takes none.
   * @param digests what the secret may be stored as; at most one of them exists
   * @returns null also for a deleted key
   */
  subject(digests: readonly Digest[]): Promise<StoredSubject | null>
  /** Whether any of these is the digest of a secret of any key, deleted and purged ones included. */
  digestTaken(digests: readonly Digest[]): Promise<boolean>
  /** Stores a secret under a newer pepper; does nothing if it is not stored under `from` any more. Not a change of the key. */
  redigest(keyId: string, secretVersion: number, from: Digest, to: Digest): Promise<void>

  /**
   * How much is stored under each version of the pepper, or of the key-encryption key, ascending; each counted to `most`
   * and no further. Of all organizations, for the operator's own tools. What expired, or was used up, does not count,
   * except answers kept for repetition, which count until they are purged.
   */
  storedUnder(what: StoredUnder, now: Instant, most: number): Promise<readonly VersionCount[]>
  /**
   * Secrets of all organizations, those of deleted keys too, that are sealed under a version of the key-encryption key, in
   * the order of their sealed texts. A page goes on after the sealed text that ended the one before.
   */
  sealedSecrets(keyVersion: number, page: Page<string>): Promise<PageOf<SealedSecret, string>>
  /**
   * Replaces sealed texts, each unless it is not `sealed` any more. Not a change of the keys. One transaction.
   * @returns how many it replaced
   */
  reseal(secrets: readonly Resealed[]): Promise<number>

  /**
   * Takes credits of a key, after the refills that are due: all of them or none. Of any number that spend at the same time,
   * in whichever process, no credit is taken twice. Durable when it returns; no change of the key, whose revision stays.
   * @returns null for a key without credits, or an unknown one
   */
  spendCredits(
    organizationId: string,
    keyId: string,
    units: number,
    now: Instant,
  ): Promise<CreditSpending | null>
  /** What a key has to spend at an instant, the refills that are due included. null as for `spendCredits`. */
  creditBalance(organizationId: string, keyId: string, now: Instant): Promise<CreditBalance | null>

  /** Adds to the counters and moves last uses forward, never back. One transaction, sorted by key; unknown keys are skipped. */
  recordUsage(usage: readonly KeyUsage[]): Promise<void>
  /** Hours from `from` (inclusive) to `to` (exclusive), ascending, then by outcome. */
  usage(organizationId: string, keyId: string, from: Instant, to: Instant): Promise<readonly UsageCount[]>

  /** Newest first, unless the page asks for ascending order. A page may end early, as one of `keys` may. */
  auditEvents(
    organizationId: string,
    filter: AuditFilter,
    page: AuditPage,
  ): Promise<PageOf<AuditEvent, number>>
  /** Where the chain ends; `emptyChain` for an organization without events or an unknown one. */
  auditHead(organizationId: string): Promise<ChainHead>

  /**
   * Takes a lease, or sets when the holder's own ends, so that of several nodes one does what it stands for. The
   * installation's, so it takes no organization.
   * @param until when it ends; at that instant it is over
   * @returns whether the holder has it; false, and nothing changed, while another holder's has not ended at `now`
   */
  lease(name: string, holder: string, now: Instant, until: Instant): Promise<boolean>

  /** A value of the installation as a whole, such as a pepper's fingerprint. */
  setting(name: string): Promise<string | null>
  /** Stores a value unless the name has one. @returns the value that stands */
  ensureSetting(name: string, value: string): Promise<string>

  /** Resolves when the store answers. */
  ping(): Promise<void>
  /** Waits for what is under way; afterwards every method throws "store_unavailable". A second call does nothing. */
  close(): Promise<void>
}

export interface Commit {
  readonly organizationId: string
  /** In this order. */
  readonly changes: readonly Change[]
  /** At least one: whatever changes is recorded. */
  readonly events: readonly AuditDraft[]
}

export type Change =
  | { readonly kind: "organization.insert"; readonly organization: Organization }
  /** The whole new organization, made from `organization.revision - 1`. */
  | { readonly kind: "organization.update"; readonly organization: Organization }
  | { readonly kind: "principal.insert"; readonly principal: Principal }
  /**
   * The whole new principal, made from `principal.revision - 1`, removal included. Refused with "last_owner" when no user
   * with the role `owner` would be left that is neither suspended nor removed, and the principal was one. `ownedKeys`: how
   * many keys that are not deleted the principal is known to own as this change is made, refused with "revision_conflict"
   * when it is another number; null: as many as there are.
   */
  | { readonly kind: "principal.update"; readonly principal: Principal; readonly ownedKeys: number | null }
  /** Refused with "not_found" when there is no such user, or the user is suspended or removed. */
  | { readonly kind: "session.insert"; readonly session: Session }
  /** Ends one session; "not_found" when it is gone. */
  | { readonly kind: "session.delete"; readonly sessionId: string }
  /** Ends all sessions of a user but one; null: all. */
  | { readonly kind: "sessions.delete"; readonly userId: string; readonly exceptId: string | null }
  /** Refused with "not_found" when there is no such user, or the user is removed. */
  | { readonly kind: "link.insert"; readonly link: OneTimeLink }
  /** Uses up a link; "not_found" when it is gone or used. */
  | { readonly kind: "link.use"; readonly linkId: string; readonly usedAt: Instant }
  /** Uses up all links of a user that are not used yet. */
  | { readonly kind: "links.use"; readonly userId: string; readonly usedAt: Instant }
  /** Takes the place of an expired one; "already_exists" when one of the intent is not expired at `createdAt`. */
  | { readonly kind: "replay.insert"; readonly replay: Replay }
  | { readonly kind: "keyspace.insert"; readonly keyspace: Keyspace }
  /** The whole new keyspace, made from the revision before: `keyspace.revision - 1`. */
  | { readonly kind: "keyspace.update"; readonly keyspace: Keyspace }
  /**
   * With its secrets. Refused with "not_found" when the owner is a user or service account that is unknown or removed; so
   * is a `key.update` that changes the owner. And refused as `claimsOf` says, with "too_many_keys" when as many keys of
   * the keyspace, or of the owner in the keyspace, count at `createdAt` as the policy allows, and with "already_exists"
   * when a key of the owner in the keyspace has the name and the policy is `uniqueNames`.
   */
  | { readonly kind: "key.insert"; readonly key: Key; readonly policy: KeyCaps }
  /**
   * The whole new key, made from `key.revision - 1`, deletion included. `secrets` and `lastUsedAt` are left as they are.
   * A key that had credits keeps its balance, as `balanceAfterChange` says, at `updatedAt`.
   * Refused like a `key.insert`, at `updatedAt`, for what the change adds: a key that did not count and now does (enabled
   * again, given a later expiry), one of another owner, one of another name.
   */
  | { readonly kind: "key.update"; readonly key: Key; readonly policy: KeyCaps }
  /**
   * A deleted key is there again as it was, with the `updatedAt` and `revision` of this one, which is made from
   * `key.revision - 1`; its `lastUsedAt` is the last use of any secret. Refused like a `key.insert`, at `updatedAt`, and
   * with "not_found" unless the key is deleted.
   */
  | { readonly kind: "key.restore"; readonly key: Key; readonly policy: KeyCaps }
  /**
   * Notes that the notice of a key's expiry that was due then is given, and when the next is due; null: never. "not_found"
   * unless it is just that one that is due: so each is given once, however many try.
   */
  | {
      readonly kind: "notice.give"
      readonly keyId: string
      readonly dueAt: Instant
      readonly nextAt: Instant | null
    }
  /**
   * Notes that it is told that a key is idle since an instant; "already_exists" when it was told of that very instant, and
   * "not_found" when there is no such key.
   */
  | { readonly kind: "idle.tell"; readonly keyId: string; readonly since: Instant }
  /**
   * Forgets a key that was deleted before an instant, all but the digests of its secrets, which stay taken; "not_found"
   * when there is no such. `purgeUsage` comes first: what is left of its usage goes with the key.
   */
  | { readonly kind: "key.purge"; readonly keyId: string; readonly deletedBefore: Instant }
  /**
   * Adds a version to a key's secrets, or replaces all but the digest, sealed text and last use of one; null forgets a sealed
   * text. Goes with a `key.update`.
   */
  | { readonly kind: "secret.put"; readonly keyId: string; readonly secret: Secret }

  /** Sets what a key has to spend; the next refill is the first after `at`. "not_found" for a key without credits. */
  | { readonly kind: "credits.set"; readonly keyId: string; readonly remaining: number; readonly at: Instant }
  /** Adds to it, after the refills that are due at `at`. "not_found" as for `credits.set`; refused as `added` says. */
  | { readonly kind: "credits.add"; readonly keyId: string; readonly units: number; readonly at: Instant }

/** Which part of a list. */
export interface Page<Position> {
  /** 1 or more. */
  readonly limit: number
  /** Where the page before ended; null: from the start. A position stays good when rows are added or removed. */
  readonly after: Position | null
}

export interface PageOf<Item, Position> {
  readonly items: readonly Item[]
  /** null: there is nothing after this page. */
  readonly next: Position | null
}

export interface TimePosition {
  readonly createdAt: Instant
  readonly id: string
}

/** What a list of keys is narrowed to; an absent part does not narrow. Instants are inclusive below and exclusive above. */
export interface KeyFilter {
  readonly keyspaceId?: string | undefined
  readonly owner?: Owner | undefined
  readonly state?: KeyState | undefined
  readonly tag?: string | undefined
  /** Compared exactly, case included. */
  readonly namePrefix?: string | undefined
  readonly expiresFrom?: Instant | undefined
  readonly expiresBefore?: Instant | undefined
  readonly lastUsedFrom?: Instant | undefined
  readonly lastUsedBefore?: Instant | undefined
  /** Present: only keys that were deleted then or later. Absent: only keys that are not deleted. */
  readonly deletedFrom?: Instant | undefined
}

/** What depends on a version of the pepper: the first three; or of the key-encryption key: the others. */
export type StoredUnder = "secrets" | "sessions" | "links" | "sealed_secrets" | "replays"

export interface VersionCount {
  readonly version: number
  readonly count: number
}

/** A secret that is kept, as it is sealed. */
export interface SealedSecret {
  readonly keyId: string
  readonly secretVersion: number
  readonly sealed: string
}

export interface Resealed extends SealedSecret {
  /** The same text under another key-encryption key. */
  readonly resealed: string
}

/** What the job that purges keys has to know of one. */
export type DeletedKey = Pick<Key, "organizationId" | "id" | "name">

/** The role that somebody active has at all times, once somebody had it. */
export const ownerRole = "owner"

/** Most rows that one page of a list of keys looks at. */
export const keyScanMaximum = 2000

/** A key of which something is due, and where it stands among them. */
export interface DueKey extends Pick<Key, "organizationId" | "id"> {
  readonly dueAt: Instant
}

/** By what a list is ordered; ties by id, the same way. */
export type KeyOrder = "created_at" | "name" | "expires_at" | "last_used_at" | "deleted_at"

/** Whether a list in this order starts with what comes last: the newest, the last deleted. */
export function isDescending(order: KeyOrder): boolean {
  return order === "created_at" || order === "deleted_at"
}

/**
 * Deleted keys come in the order in which they were deleted, the last one first. Of others, a name prefix orders by name, a
 * range by what it ranges over; otherwise the newest come first.
 */
export function keyOrder(filter: KeyFilter): KeyOrder {
  if (filter.deletedFrom !== undefined) return "deleted_at"
  if (filter.namePrefix !== undefined) return "name"
  if (filter.expiresFrom !== undefined || filter.expiresBefore !== undefined) return "expires_at"
  if (filter.lastUsedFrom !== undefined || filter.lastUsedBefore !== undefined) return "last_used_at"
  return "created_at"
}

export interface KeyPosition {
  readonly order: KeyOrder
  readonly value: string | number
  readonly id: string
}

/** What a list of users and service accounts is narrowed to; an absent part does not narrow. */
export interface PrincipalFilter {
  readonly kind?: PrincipalKind | undefined
  readonly role?: string | undefined
  readonly suspended?: boolean | undefined
  /** Compared exactly with the lower-case e-mail address; service accounts have none. */
  readonly emailPrefix?: string | undefined
}

export type PrincipalOrder = "created_at" | "email"

/** An e-mail prefix orders by e-mail address, ascending; otherwise the newest come first. Ties by id. */
export function principalOrder(filter: PrincipalFilter): PrincipalOrder {
  return filter.emailPrefix === undefined ? "created_at" : "email"
}

export interface PrincipalPosition {
  readonly order: PrincipalOrder
  readonly value: string | number
  readonly id: string
}

export interface KeyUsage {
  readonly organizationId: string
  readonly keyId: string
  /** By version of the secret: its last accepted verification. */
  readonly lastUsed: ReadonlyMap<number, LastUse>
  readonly counts: readonly UsageCount[]
}

export interface LastUse {
  readonly at: Instant
  /** The client's address; null: not known. */
  readonly from: string | null
}

export interface UsageCount {
  /** The start of the hour, UTC. */
  readonly hour: Instant
  readonly outcome: Outcome
  readonly count: number
}

export interface AuditFilter {
  readonly action?: AuditAction | undefined
  readonly targetId?: string | undefined
  readonly from?: Instant | undefined
  readonly before?: Instant | undefined
}

export interface AuditPage {
  readonly limit: number
  /** The sequence at which the page before ended; null: from the start. */
  readonly after: number | null
  readonly ascending?: boolean
}
