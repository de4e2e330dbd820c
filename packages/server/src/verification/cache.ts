import {
  type ChangeListener,
  type ChangeNotice,
  type Clock,
  compileSubject,
  fail,
  type Instant,
  type Keyspace,
  type OwnerState,
  type StoredSubject,
  type Subject,
} from "@keyward/core"
import { LRUCache } from "lru-cache"

/** Where the cache reads what it does not have. */
export interface SubjectSource {
  /** @param text the presented secret, which may be stored under an older pepper than the digest's */
  subject(text: string): Promise<StoredSubject | null>
  keyspace(organizationId: string, id: string): Promise<Keyspace | null>
}

export interface CacheSettings {
  /** Most keys that are kept. */
  readonly maximumKeys: number
  /**
   * How long an answer is trusted without being read again, in milliseconds, counted from before the read began.
   * null: until a change notice, which is right where every change of the store passes through this process.
   */
  readonly trustedForMs: number | null
}

/** Most unknown digests that are remembered as such, and for how long. Apart, so that a flood of guesses evicts no good key. */
const negativeMaximum = 10_000
const negativeForMs = 1_000

/**
 * The keys that were verified lately, by digest. The past cannot overwrite the present: a change notice drops what is
 * older than it, what was read before a notice came in is never kept but read again, and whoever asks after a notice
 * waits for no read that began before it.
 */
export class SubjectCache implements ChangeListener {
  readonly #source: SubjectSource
  readonly #clock: Clock
  readonly #trustedForMs: number
  readonly #subjects: LRUCache<string, Entry>
  readonly #keyspaces: LRUCache<string, Confirmed<Keyspace>>
  /** Once for all the keys of an owner, so that what happens to the owner happens to all of them at once. */
  readonly #owners: LRUCache<string, Confirmed<OwnerState>>
  readonly #digestsByKey = new Map<string, string[]>()
  readonly #unknown: LRUCache<string, Instant>
  readonly #loading = new Map<
    string,
    { readonly began: Instant; readonly subject: Promise<Subject | null> }
  >()
  /** What the notices of each object came to, and the number of the latest, kept while a read that began before it is under way. */
  readonly #notices = new Map<string, { readonly number: number; readonly revision: number | null }>()
  readonly #readsUnderWay = new Set<{ readonly began: number }>()
  #noticeNumber = 0
  /** The number of the latest `clear`. */
  #clearNumber = 0

  constructor(source: SubjectSource, clock: Clock, settings: CacheSettings) {
    this.#source = source
    this.#clock = clock
    this.#trustedForMs = settings.trustedForMs ?? Number.POSITIVE_INFINITY
    this.#subjects = new LRUCache({
      max: settings.maximumKeys,
      dispose: ({ value }, digest) => this.#forgetDigest(value.key.id, digest),
    })
    this.#keyspaces = new LRUCache<string, Confirmed<Keyspace>>({ max: settings.maximumKeys, dispose: drop })
    this.#owners = new LRUCache<string, Confirmed<OwnerState>>({ max: settings.maximumKeys, dispose: drop })
    this.#unknown = new LRUCache({ max: negativeMaximum })
  }

  /** How many keys are kept now. */
  get size(): number {
    return this.#subjects.size
  }

  /** The key of a digest: null when there is none, undefined when the store has to be asked (`load`). */
  get(digest: string, now: Instant): Subject | null | undefined {
    const entry = this.#subjects.get(digest)
    if (entry) {
      const current =
        this.#trusted(entry.confirmedAt, now) &&
        this.#isCurrent(entry.keyspace, now) &&
        (entry.owner === null || this.#isCurrent(entry.owner, now))
      return current ? entry.value : undefined
    }
    const unknownSince = this.#unknown.get(digest)
    if (unknownSince === undefined || !this.#trusted(unknownSince, now)) return undefined
    return now >= unknownSince && now - unknownSince < negativeForMs ? null : undefined
  }

  /** Asks the store, once for all who ask for the same digest meanwhile, unless a change or the time says that this is too old. */
  load(digest: string, text: string): Promise<Subject | null> {
    const began = this.#clock.now()
    const underWay = this.#loading.get(digest)
    if (underWay && this.#trusted(underWay.began, began)) return underWay.subject
    const loading = { began, subject: this.#read(digest, text) }
    this.#loading.set(digest, loading)
    const ended = () => {
      if (this.#loading.get(digest) === loading) this.#loading.delete(digest)
    }
    loading.subject.then(ended, ended)
    return loading.subject
  }

  changed(notice: ChangeNotice): void {
    this.#noticeNumber++
    this.#loading.clear()
    if (this.#readsUnderWay.size > 0) {
      const before = this.#notices.get(notice.id)
      const revision = before ? highest(before.revision, notice.revision) : notice.revision
      this.#notices.delete(notice.id)
      this.#notices.set(notice.id, { number: this.#noticeNumber, revision })
    }
    const isOlder = (revision: number) => notice.revision === null || revision < notice.revision
    if (notice.kind === "keyspace" || notice.kind === "principal") {
      const kept = notice.kind === "keyspace" ? this.#keyspaces : this.#owners
      const entry = kept.peek(notice.id)
      if (entry && isOlder(entry.value.revision)) kept.delete(notice.id)
      return
    }
    // Whatever was unknown may have come into being.
    this.#unknown.clear()
    for (const digest of this.#digestsByKey.get(notice.id) ?? []) {
      const entry = this.#subjects.peek(digest)
      if (entry && isOlder(entry.value.key.revision)) this.#subjects.delete(digest)
    }
  }

  /** Forgets everything, and what reads that are under way will show. */
  clear(): void {
    this.#noticeNumber++
    this.#clearNumber = this.#noticeNumber
    this.#loading.clear()
    this.#unknown.clear()
    this.#subjects.clear()
    this.#keyspaces.clear()
    this.#owners.clear()
  }

  async #read(digest: string, text: string): Promise<Subject | null> {
    for (;;) {
      const began = this.#noticeNumber
      const readAt = this.#clock.now()
      const read = { began }
      this.#readsUnderWay.add(read)
      try {
        const stored = await this.#source.subject(text)
        if (!stored) {
          if (this.#noticeNumber === began) this.#unknown.set(digest, readAt)
          return null
        }
        const keyspace = await this.#keyspace(stored.key.organizationId, stored.key.keyspaceId, began, readAt)
        if (keyspace && !this.#outdated(stored.key.id, stored.key.revision, began)) {
          const newest = this.#newest(digest, stored)
          const { owner } = newest
          if (!owner || !this.#outdated(owner.id, owner.revision, began)) {
            return this.#keep(digest, newest, keyspace, owner && this.#keepOwner(owner, readAt), readAt)
          }
        }
      } finally {
        this.#readsUnderWay.delete(read)
        this.#forgetNotices()
      }
    }
  }

  /** The keyspace as it is; null when it changed while it was read. */
  async #keyspace(
    organizationId: string,
    id: string,
    began: number,
    readAt: Instant,
  ): Promise<Confirmed<Keyspace> | null> {
    const kept = this.#keyspaces.get(id)
    if (kept && this.#trusted(kept.confirmedAt, this.#clock.now())) return kept
    const keyspace = await this.#source.keyspace(organizationId, id)
    if (!keyspace)
      return fail({ code: "store_unavailable" }, { cause: new Error("A key's keyspace is missing.") })
    if (this.#outdated(id, keyspace.revision, began)) return null
    const present = this.#keyspaces.get(id)
    if (present && present.value.revision >= keyspace.revision) {
      // The same object stays, so that the keys that were compiled with it stay good.
      present.confirmedAt = readAt
      return present
    }
    const read = { value: keyspace, confirmedAt: readAt, kept: true }
    this.#keyspaces.set(id, read)
    return read
  }

  /** What was read, or what is kept where that is newer: another read that began later may have shown it. */
  #newest(digest: string, read: StoredSubject): StoredSubject {
    const present = this.#subjects.peek(digest)?.value
    if (!present || present.key.revision <= read.key.revision) return read
    return { key: present.key, secretVersion: present.secret.version, owner: present.owner }
  }

  /** The owner as read, or as kept where that is newer. */
  #keepOwner(owner: OwnerState, readAt: Instant): Confirmed<OwnerState> {
    const present = this.#owners.get(owner.id)
    if (present && present.value.revision >= owner.revision) {
      // The same object stays, so that the keys that were compiled with it stay good.
      if (present.value.revision === owner.revision) present.confirmedAt = readAt
      return present
    }
    const read = { value: owner, confirmedAt: readAt, kept: true }
    this.#owners.set(owner.id, read)
    return read
  }

  #keep(
    digest: string,
    newest: StoredSubject,
    keyspace: Confirmed<Keyspace>,
    owner: Confirmed<OwnerState> | null,
    confirmedAt: Instant,
  ): Subject {
    const subject = compileSubject({ ...newest, owner: owner?.value ?? null }, keyspace.value)
    this.#unknown.delete(digest)
    this.#subjects.set(digest, { value: subject, keyspace, owner, confirmedAt })
    const digests = this.#digestsByKey.get(subject.key.id)
    if (!digests) this.#digestsByKey.set(subject.key.id, [digest])
    else if (!digests.includes(digest)) digests.push(digest)
    return subject
  }

  #forgetDigest(keyId: string, digest: string): void {
    const digests = this.#digestsByKey.get(keyId)?.filter((other) => other !== digest) ?? []
    if (digests.length === 0) this.#digestsByKey.delete(keyId)
    else this.#digestsByKey.set(keyId, digests)
  }

  /** Whether a notice that came in after a read began tells that what was read may be the past. */
  #outdated(id: string, revision: number, began: number): boolean {
    if (began < this.#clearNumber) return true
    const notice = this.#notices.get(id)
    if (!notice || notice.number <= began) return false
    return notice.revision === null || revision < notice.revision
  }

  /** Notices are in the order of their numbers, reads in the order in which they began. */
  #forgetNotices(): void {
    const [oldest] = this.#readsUnderWay
    for (const [id, { number }] of this.#notices) {
      if (oldest && number > oldest.began) break
      this.#notices.delete(id)
    }
  }

  #isCurrent({ kept, confirmedAt }: Confirmed<unknown>, now: Instant): boolean {
    return kept && this.#trusted(confirmedAt, now)
  }

  /** A clock that was set back makes an age negative: then it is not known, and the store is asked. */
  #trusted(confirmedAt: Instant, now: Instant): boolean {
    const age = now - confirmedAt
    return this.#trustedForMs === Number.POSITIVE_INFINITY || (age >= 0 && age < this.#trustedForMs)
  }
}

/** Two changes of one object may be told of in another order than they were made. null: nobody knows. */
function highest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other)
}

/** A key, with what it was compiled with, which it is good for as long as. */
interface Entry {
  readonly value: Subject
  readonly keyspace: Confirmed<Keyspace>
  /** null: see `Subject.owner`. */
  readonly owner: Confirmed<OwnerState> | null
  /** When the read began that showed this key. */
  readonly confirmedAt: Instant
}

/** Shared by all the keys that were compiled with it, so that to drop it once is to drop it for all of them. */
interface Confirmed<Value> {
  readonly value: Value
  /** When the read began that last showed this value. */
  confirmedAt: Instant
  /** False once a notice, a newer read or the want of room has put it out of the cache. */
  kept: boolean
}

function drop(entry: Confirmed<unknown>): void {
  entry.kept = false
}
