import type { ChainHead } from "../audit/chain.ts"
import type { AuditEvent } from "../audit/event.ts"
import type { CreditBalance, CreditSpending } from "../credit/credits.ts"
import type { Digest } from "../key/digest.ts"
import type { Key } from "../key/key.ts"
import type { Keyspace } from "../keyspace.ts"
import type { Organization } from "../organization.ts"
import type { Owner } from "../owner.ts"
import type { Principal, User } from "../principal.ts"
import type { Replay } from "../replay.ts"
import type { OneTimeLink, Session } from "../session.ts"
import type { Task, TaskListFilter, TaskResult, TaskResultKind } from "../task.ts"
import type { Instant } from "../time.ts"
import type { Outcome } from "../verification/outcome.ts"
import type { StoredSubject } from "../verification/subject.ts"
import type { Commit } from "./change.ts"
import type { Maximum } from "./claims.ts"
import type {
  AuditFilter,
  AuditPage,
  DueKey,
  EndedPosition,
  KeyFilter,
  KeyPosition,
  Page,
  PageOf,
  PrincipalFilter,
  PrincipalPosition,
  TimePosition,
} from "./list.ts"

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
   * @throws "too_many_tasks" when a task is made and more would be running than the change allows
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
   * Of the keys that count against a maximum at an instant (`countsAt`), the oldest for which there is no place, by creation
   * and then by id: it and those after it are beyond the maximum. null: there is a place for each. Reads on an index as many
   * entries as a new key's count does, and where the maximum is exceeded those of the expired keys among the older ones.
   */
  firstBeyond(organizationId: string, maximum: Maximum, now: Instant): Promise<TimePosition | null>
  /**
   * How many older keys of its owner in its keyspace have the name of each of these keys, older by creation and then by id;
   * counted to `most` and no further. One that is the oldest of its name, deleted or unknown is left out.
   */
  olderNamesakes(
    organizationId: string,
    keyIds: readonly string[],
    most: number,
  ): Promise<ReadonlyMap<string, number>>
  /** Those of these names that keys of the owner in the keyspace have. */
  takenNames(
    organizationId: string,
    keyspaceId: string,
    owner: Owner,
    names: readonly string[],
  ): Promise<ReadonlySet<string>>

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
  /** Whether any of these is the digest of a secret of any key, deleted, purged and forgotten ones included. */
  digestTaken(digests: readonly Digest[]): Promise<boolean>
  /** Stores a secret under a newer pepper; does nothing if it is not stored under `from` any more. Not a change of the key. */
  redigest(keyId: string, secretVersion: number, from: Digest, to: Digest): Promise<void>

  /**
   * Forgets secrets of all organizations that ended before an instant, all but their digests, which stay taken. Looks at
   * `limit` of them, the longest ended first, and leaves the newest secret of a key, as its next one is numbered by it.
   * Not a change of the keys. One transaction.
   * @returns the keys that have fewer secrets now
   */
  purgeEndedSecrets(
    endedBefore: Instant,
    page: Page<EndedPosition>,
  ): Promise<PageOf<Pick<Key, "organizationId" | "id">, EndedPosition>>

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
   * Forgets digests under a version of the pepper, at most `most`, of secrets that nobody can ever use again
   * (`secretIsUnusable`). A secret that is still there has `forgottenDigest` from then on; its text is unknown, and free to
   * be another key's. Not a change of the keys. One transaction.
   * @returns how many; 0: there are no more
   */
  forgetUnusable(pepperVersion: number, now: Instant, most: number): Promise<number>

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

  task(organizationId: string, id: string): Promise<Task | null>
  /** Newest first. A page may end early, as one of `keys` may. */
  tasks(
    organizationId: string,
    filter: TaskListFilter,
    page: Page<TimePosition>,
  ): Promise<PageOf<Task, TimePosition>>
  /** Of all organizations, oldest first. For the job that has them worked on. */
  runningTasks(page: Page<TimePosition>): Promise<PageOf<Task, TimePosition>>
  /**
   * Sets how far a task has come, and keeps what it came to with keys, except with those that it has a result of. Not
   * audited.
   * @returns whether the task is running; false: nothing was kept
   */
  advanceTask(
    organizationId: string,
    id: string,
    position: KeyPosition,
    results: readonly TaskResult[],
  ): Promise<boolean>
  /** By the id of the key, ascending; the position is that id. None of an unknown task. @param kind null: of every kind */
  taskResults(
    organizationId: string,
    id: string,
    kind: TaskResultKind | null,
    page: Page<string>,
  ): Promise<PageOf<TaskResult, string>>
  /**
   * Of the tasks of all organizations that ended before an instant, forgets of the one that ended first at most `most`
   * results, and it and its lease when it has no more.
   * @returns how many results and tasks are gone; 0: there was no such task
   */
  purgeTask(endedBefore: Instant, most: number): Promise<number>

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

/**
 * What depends on a version of the pepper: the first four; or of the key-encryption key: the others. A digest that nobody can
 * use any more (`secretIsUnusable`, and what is merely taken) counts among `unusable_secrets`, any other among `secrets`.
 */
export type StoredUnder = "secrets" | "unusable_secrets" | "sessions" | "links" | "sealed_secrets" | "replays"

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
