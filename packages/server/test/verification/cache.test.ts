import {
  type ChangeNotice,
  fail,
  type Instant,
  type Key,
  type Keyspace,
  nativeFormat,
  type OwnerState,
  openPolicy,
  Peppers,
  type StoredSubject,
  systemEntropy,
} from "@keyward/core"
import { describe, expect, test } from "vitest"
import { type CacheSettings, SubjectCache } from "../../src/verification/cache.ts"
import { testClock } from "../test-clock.ts"
import { secretBytes } from "../test-keyward.ts"

const peppers = new Peppers(secretBytes(1))
const organizationId = "organization"

function keyspaceAt(revision: number, id = "keyspace"): Keyspace {
  return {
    id,
    organizationId,
    kind: "standard",
    name: "Keys",
    description: "",
    format: "native",
    prefix: "test",
    retention: "digest",
    permissions: [],
    roles: [],
    limits: [],
    policy: openPolicy,
    rotation: null,
    createdAt: 0 as Instant,
    updatedAt: 0 as Instant,
    revision,
  }
}

function ownerAt(revision: number, id = "owner", suspended = false): OwnerState {
  return { id, suspended, roles: ["member"], revision }
}

/** A key of a user. */
function ownedAt(revision: number, id: string, text: string, owner: OwnerState): StoredSubject {
  const { key, secretVersion } = subjectAt(revision, id, [text])
  return { key: { ...key, owner: { kind: "user", id: owner.id } }, secretVersion, owner }
}

/** A key whose secrets are the texts, of which the `presented` one was asked for. */
function subjectAt(revision: number, id: string, texts: readonly string[], presented = 1): StoredSubject {
  const key: Key = {
    id,
    alias: 1,
    organizationId,
    keyspaceId: "keyspace",
    owner: { kind: "organization", id: organizationId },
    name: id,
    permissions: [],
    roles: [],
    tags: [],
    metadata: {},
    limits: [],
    credits: null,
    allowedAddresses: [],
    allowedOrigins: [],
    notBefore: null,
    expiresAt: null,
    rotation: null,
    disabledAt: null,
    revokedAt: null,
    revocation: null,
    deleteProtected: false,
    deletedAt: null,
    createdAt: 0 as Instant,
    updatedAt: 0 as Instant,
    revision,
    lastUsedAt: null,
    secrets: texts.map((text, at) => ({
      version: at + 1,
      ...peppers.digest(text),
      hint: { start: "", end: "" },
      sealed: null,
      createdAt: 0 as Instant,
      expiresAt: null,
      lastUsedAt: null,
      lastUsedFrom: null,
    })),
  }
  return { key, secretVersion: presented, owner: null }
}

interface Read {
  readonly text: string
  answer(found: StoredSubject | null): void
  fail(): void
}

/** A source whose reads of keys wait until the test answers them; keyspaces are answered at once. */
function gatedSource() {
  const reads: Read[] = []
  const keyspaces = { current: keyspaceAt(1), reads: 0 }
  return {
    reads,
    keyspaces,
    subject: (text: string) =>
      new Promise<StoredSubject | null>((resolve, reject) => {
        const unavailable = () => fail({ code: "store_unavailable" })
        reads.push({ text, answer: resolve, fail: () => reject(caught(unavailable)) })
      }),
    keyspace: async () => {
      keyspaces.reads++
      return { ...keyspaces.current }
    },
  }
}

function caught(throwing: () => never): unknown {
  try {
    return throwing()
  } catch (error) {
    return error
  }
}

function newText(): string {
  return nativeFormat.print("test", "", systemEntropy)
}

function open(settings: Partial<CacheSettings> = {}) {
  const source = gatedSource()
  const clock = testClock()
  const cache = new SubjectCache(source, clock, { maximumKeys: 100, trustedForMs: null, ...settings })
  const get = (text: string) => cache.get(peppers.digest(text).digest, clock.now())
  const load = (text: string) => cache.load(peppers.digest(text).digest, text)
  const changed = (id: string, revision: number | null, kind: ChangeNotice["kind"] = "key") =>
    cache.changed({ kind, organizationId, id, revision })
  /** The read with this number, once it has begun. */
  const read = async (number: number): Promise<Read> => {
    for (let turn = 0; turn < 100; turn++) {
      const begun = source.reads[number]
      if (begun) return begun
      await Promise.resolve()
    }
    throw new Error(`Read ${number} has not begun.`)
  }
  const keep = async (text: string, stored: StoredSubject) => {
    const number = source.reads.length
    const loading = load(text)
    ;(await read(number)).answer(stored)
    return loading
  }
  return { source, clock, cache, get, load, changed, read, keep }
}

describe("single flight", () => {
  test("all who ask for one digest meanwhile share one read", async () => {
    const { source, load, read, get } = open()
    const text = newText()
    const asked = Array.from({ length: 1000 }, () => load(text))
    ;(await read(0)).answer(subjectAt(1, "a", [text]))
    const found = new Set(await Promise.all(asked))
    expect(found.size).toBe(1)
    expect(source.reads).toHaveLength(1)
    expect(source.keyspaces.reads).toBe(1)
    expect([...found][0]).toBe(get(text))
  })

  test("different digests do not wait for each other", async () => {
    const { load, read } = open()
    const [slow, fast] = [newText(), newText()]
    const waiting = load(slow)
    const other = load(fast)
    ;(await read(1)).answer(subjectAt(1, "fast", [fast]))
    expect((await other)?.key.id).toBe("fast")
    ;(await read(0)).answer(null)
    expect(await waiting).toBeNull()
  })

  test("a read that fails fails all who wait, is not remembered, and the next tries again", async () => {
    const { source, load, read, get } = open()
    const text = newText()
    const asked = Array.from({ length: 10 }, () => load(text))
    ;(await read(0)).fail()
    for (const one of await Promise.allSettled(asked)) {
      expect(one).toMatchObject({ status: "rejected", reason: { failure: { code: "store_unavailable" } } })
    }
    expect(get(text)).toBeUndefined()
    const again = load(text)
    ;(await read(1)).answer(subjectAt(1, "a", [text]))
    expect((await again)?.key.id).toBe("a")
    expect(source.reads).toHaveLength(2)
  })

  test("who asks after a change waits for no read that began before it", async () => {
    const { load, read, changed } = open()
    const text = newText()
    const before = load(text)
    changed("other", 2)
    const after = load(text)
    expect(after).not.toBe(before)
    ;(await read(0)).answer(null)
    ;(await read(1)).answer(subjectAt(1, "a", [text]))
    expect(await before).toBeNull()
    expect((await after)?.key.id).toBe("a")
  })

  test("who asks once a read has grown older than the bound waits for a newer one", async () => {
    const { load, read, clock } = open({ trustedForMs: 1000 })
    const text = newText()
    const before = load(text)
    clock.advance(999)
    expect(load(text)).toBe(before)
    clock.advance(1)
    const after = load(text)
    expect(after).not.toBe(before)
    ;(await read(1)).answer(subjectAt(2, "a", [text]))
    expect((await after)?.key.revision).toBe(2)
    // The older read answers late, with the past: what is newer stands, for everyone.
    ;(await read(0)).answer(subjectAt(1, "a", [text]))
    expect((await before)?.key.revision).toBe(2)
  })
})

describe("the past does not overwrite the present", () => {
  test("what was read before a notice is read again", async () => {
    const { load, read, changed, get } = open()
    const text = newText()
    const asked = load(text)
    const first = await read(0)
    changed("a", 2)
    first.answer(subjectAt(1, "a", [text]))
    ;(await read(1)).answer(subjectAt(2, "a", [text]))
    expect((await asked)?.key.revision).toBe(2)
    expect(get(text)?.key.revision).toBe(2)
  })

  test("what was read before everything was forgotten is read again", async () => {
    const { cache, load, read, get, keep } = open()
    const [kept, text, unknown] = [newText(), newText(), newText()]
    await keep(kept, subjectAt(1, "kept", [kept]))
    const [asked, unheardOf] = [load(text), load(unknown)]
    const [first, second] = [await read(1), await read(2)]
    cache.clear()
    expect([get(kept), cache.size]).toEqual([undefined, 0])
    first.answer(subjectAt(1, "a", [text]))
    second.answer(null)
    ;(await read(3)).answer(subjectAt(1, "b", [text]))
    expect((await asked)?.key.id).toBe("b")
    expect(get(text)?.key.id).toBe("b")
    expect([await unheardOf, get(unknown)]).toEqual([null, undefined])
  })

  test("a read that already shows what a notice tells of is kept", async () => {
    const { source, load, read, changed } = open()
    const text = newText()
    const asked = load(text)
    const first = await read(0)
    changed("a", 2)
    first.answer(subjectAt(2, "a", [text]))
    expect((await asked)?.key.revision).toBe(2)
    expect(source.reads).toHaveLength(1)
  })

  test.each([
    ["in the other order", [3, 2]],
    ["with one that nobody is sure of before it", [null, 2]],
    ["with one that nobody is sure of after it", [2, null]],
  ])("two notices of one key, %s", async (_name, revisions) => {
    const { load, read, changed } = open()
    const text = newText()
    const asked = load(text)
    const first = await read(0)
    for (const revision of revisions) changed("a", revision)
    first.answer(subjectAt(2, "a", [text]))
    ;(await read(1)).answer(subjectAt(3, "a", [text]))
    expect((await asked)?.key.revision).toBe(3)
  })

  test("a notice drops what is older and keeps what is not; null drops whatever there is", async () => {
    const { keep, get, changed } = open()
    const text = newText()
    await keep(text, subjectAt(5, "a", [text]))
    changed("a", 5)
    expect(get(text)?.key.revision).toBe(5)
    changed("b", 9)
    expect(get(text)?.key.revision).toBe(5)
    changed("a", 6)
    expect(get(text)).toBeUndefined()
    await keep(text, subjectAt(6, "a", [text]))
    changed("a", null)
    expect(get(text)).toBeUndefined()
  })

  test("a keyspace's notice makes every key of it be read again", async () => {
    const { source, keep, get, changed } = open()
    const [one, two] = [newText(), newText()]
    await keep(one, subjectAt(1, "a", [one]))
    await keep(two, subjectAt(1, "b", [two]))
    expect(source.keyspaces.reads).toBe(1)
    changed("keyspace", 1, "keyspace")
    expect(get(one)).toBeDefined()
    source.keyspaces.current = keyspaceAt(2)
    changed("keyspace", 2, "keyspace")
    expect([get(one), get(two)]).toEqual([undefined, undefined])
    await keep(one, subjectAt(1, "a", [one]))
    expect(get(one)?.keyspace.revision).toBe(2)
    expect(get(two)).toBeUndefined()
    changed("keyspace", null, "keyspace")
    expect(get(one)).toBeUndefined()
  })

  test("a keyspace that changes while a key of it is read is read again", async () => {
    const { source, load, read, changed } = open()
    const text = newText()
    const asked = load(text)
    source.keyspace = async () => {
      source.keyspaces.reads++
      const found = keyspaceAt(source.keyspaces.reads)
      if (source.keyspaces.reads === 1) changed("keyspace", 2, "keyspace")
      return found
    }
    ;(await read(0)).answer(subjectAt(1, "a", [text]))
    ;(await read(1)).answer(subjectAt(1, "a", [text]))
    expect((await asked)?.keyspace.revision).toBe(2)
  })

  test("every digest of a key goes with it", async () => {
    const { keep, get, changed, cache } = open()
    const texts = Array.from({ length: 20 }, newText)
    for (const [at, text] of texts.entries()) await keep(text, subjectAt(1, "a", texts, at + 1))
    expect(cache.size).toBe(20)
    changed("a", 2)
    expect(texts.map(get)).toEqual(texts.map(() => undefined))
    expect(cache.size).toBe(0)
  })

  test("a key whose keyspace is gone is no key that does not exist", async () => {
    const { source, load, read } = open()
    source.keyspace = async () => null as never
    const text = newText()
    const asked = load(text)
    ;(await read(0)).answer(subjectAt(1, "a", [text]))
    await expect(asked).rejects.toMatchObject({ failure: { code: "store_unavailable" } })
  })
})

test("an owner who had to make room for others is read again with the key, and never taken for current", async () => {
  const { keep, get, changed } = open({ maximumKeys: 2 })
  const texts = [newText(), newText(), newText()] as const
  const [used, ...others] = texts
  await keep(used, ownedAt(1, "used", used, ownerAt(1, "first")))
  for (const [at, other] of others.entries()) {
    expect(get(used)?.key.id).toBe("used")
    await keep(other, ownedAt(1, `other ${at}`, other, ownerAt(1, `owner ${at}`)))
  }
  // The key is in use and stayed; of its owner nothing is known any more, so no notice could have told of them.
  changed("first", 2, "principal")
  expect(get(used)).toBeUndefined()
  await keep(used, ownedAt(1, "used", used, ownerAt(2, "first", true)))
  expect(get(used)?.owner?.suspended).toBe(true)
})

describe("an owner is kept once for all of their keys", () => {
  const twoKeys = async (settings: Partial<CacheSettings> = {}) => {
    const opened = open(settings)
    const [one, two] = [newText(), newText()]
    await opened.keep(one, ownedAt(1, "a", one, ownerAt(1)))
    await opened.keep(two, ownedAt(1, "b", two, ownerAt(1)))
    return { ...opened, one, two }
  }

  test("so their notice makes every key of theirs be read again, and no other", async () => {
    const { keep, get, changed, one, two } = await twoKeys()
    const other = newText()
    await keep(other, ownedAt(1, "c", other, ownerAt(1, "other")))
    expect(get(one)?.owner).toBe(get(two)?.owner)
    changed("owner", 1, "principal")
    expect(get(one)).toBeDefined()
    changed("owner", 2, "principal")
    expect([get(one), get(two)]).toEqual([undefined, undefined])
    expect(get(other)?.key.id).toBe("c")
    await keep(one, ownedAt(1, "a", one, ownerAt(2, "owner", true)))
    expect(get(one)?.owner?.suspended).toBe(true)
    expect(get(two)).toBeUndefined()
    changed("owner", null, "principal")
    expect(get(one)).toBeUndefined()
  })

  test("a read of one key that shows a newer owner shows it for the others too", async () => {
    const { keep, get, one, two } = await twoKeys()
    await keep(one, ownedAt(1, "a", one, ownerAt(2, "owner", true)))
    expect(get(two)).toBeUndefined()
    await keep(two, ownedAt(1, "b", two, ownerAt(2, "owner", true)))
    expect(get(two)?.owner).toBe(get(one)?.owner)
  })

  test("an owner who changes while a key of theirs is read is read again", async () => {
    const { load, read, changed, get } = open()
    const text = newText()
    const asked = load(text)
    const first = await read(0)
    changed("owner", 2, "principal")
    first.answer(ownedAt(1, "a", text, ownerAt(1)))
    ;(await read(1)).answer(ownedAt(1, "a", text, ownerAt(2, "owner", true)))
    expect((await asked)?.owner?.suspended).toBe(true)
    expect(get(text)?.owner?.suspended).toBe(true)
  })

  test("a late read does not bring back the owner as they were", async () => {
    const { load, read, get, clock } = open({ trustedForMs: 1000 })
    const [slow, fast] = [newText(), newText()]
    const waiting = load(slow)
    const first = await read(0)
    clock.advance(10)
    const other = load(fast)
    ;(await read(1)).answer(ownedAt(1, "b", fast, ownerAt(2, "owner", true)))
    await other
    first.answer(ownedAt(1, "a", slow, ownerAt(1)))
    expect((await waiting)?.owner?.suspended).toBe(true)
    expect(get(slow)?.owner).toBe(get(fast)?.owner)
  })

  test("a key that went to another owner comes with that one, also to a read that shows the old one", async () => {
    const { load, read, changed, get, clock } = open({ trustedForMs: 1000 })
    const text = newText()
    const before = load(text)
    const first = await read(0)
    clock.advance(1000)
    const after = load(text)
    ;(await read(1)).answer(ownedAt(2, "a", text, ownerAt(1, "heir")))
    expect((await after)?.owner?.id).toBe("heir")
    changed("heir", 2, "principal")
    first.answer(ownedAt(1, "a", text, ownerAt(1, "owner")))
    // The heir changed since the first read began, so neither it nor what is kept can be trusted.
    ;(await read(2)).answer(ownedAt(2, "a", text, ownerAt(2, "heir", true)))
    expect((await before)?.owner).toMatchObject({ id: "heir", suspended: true })
    expect(get(text)?.owner).toMatchObject({ id: "heir", suspended: true })
  })

  test.each([
    ["no longer than the owner, however fresh the key", false],
    ["longer once any key of theirs was read again", true],
  ])("trusted %s", async (_name, again) => {
    const { load, read, keep, get, clock } = open({ trustedForMs: 1000 })
    const [slow, fast] = [newText(), newText()]
    const late = load(slow)
    const first = await read(0)
    clock.advance(500)
    const early = load(fast)
    ;(await read(1)).answer(ownedAt(1, "b", fast, ownerAt(1)))
    await early
    // Began before the other, answered after it: what it says of the owner is as old as its beginning.
    first.answer(ownedAt(1, "a", slow, ownerAt(1)))
    await late
    clock.advance(499)
    expect(get(fast)?.key.id).toBe("b")
    const third = newText()
    if (again) await keep(third, ownedAt(1, "c", third, ownerAt(1)))
    clock.advance(1)
    expect(get(slow)).toBeUndefined()
    expect(get(fast)?.key.id).toBe(again ? "b" : undefined)
  })

  test("forgotten when more are kept than may be, and then their keys are read again", async () => {
    const { keep, get } = open({ maximumKeys: 2 })
    const texts = Array.from({ length: 3 }, newText)
    for (const [at, text] of texts.entries())
      await keep(text, ownedAt(1, text, text, ownerAt(1, `owner ${at}`)))
    expect(texts.map((text) => get(text) !== undefined)).toEqual([false, true, true])
  })
})

describe("what does not exist", () => {
  const unknown = async ({ load, read, source }: ReturnType<typeof open>, text: string) => {
    const number = source.reads.length
    const loading = load(text)
    ;(await read(number)).answer(null)
    return loading
  }

  test("is remembered for a second", async () => {
    const opened = open()
    const text = newText()
    expect(await unknown(opened, text)).toBeNull()
    opened.clock.advance(999)
    expect(opened.get(text)).toBeNull()
    opened.clock.advance(1)
    expect(opened.get(text)).toBeUndefined()
  })

  test("is not remembered longer than anything is trusted", async () => {
    const opened = open({ trustedForMs: 100 })
    const text = newText()
    await unknown(opened, text)
    opened.clock.advance(99)
    expect(opened.get(text)).toBeNull()
    opened.clock.advance(1)
    expect(opened.get(text)).toBeUndefined()
  })

  test("is forgotten when the clock is set back", async () => {
    const opened = open()
    const text = newText()
    await unknown(opened, text)
    opened.clock.advance(-1)
    expect(opened.get(text)).toBeUndefined()
  })

  test("may have come into being with every key that is created", async () => {
    const opened = open()
    const text = newText()
    await unknown(opened, text)
    opened.changed("new", 1)
    expect(opened.get(text)).toBeUndefined()
    expect((await opened.keep(text, subjectAt(1, "new", [text])))?.key.id).toBe("new")
    expect(opened.get(text)?.key.id).toBe("new")
  })

  test("is not remembered when it was asked for before a creation", async () => {
    const { load, read, changed, get } = open()
    const text = newText()
    const asked = load(text)
    const first = await read(0)
    changed("new", 1)
    first.answer(null)
    expect(await asked).toBeNull()
    expect(get(text)).toBeUndefined()
  })

  test("evicts no key that does, however much of it is asked for", async () => {
    const { keep, get, cache, source, load } = open({ maximumKeys: 10 })
    const good = Array.from({ length: 10 }, newText)
    for (const text of good) await keep(text, subjectAt(1, text, [text]))
    source.subject = async () => null
    for (let guess = 0; guess < 100_000; guess++) await load(`guess ${guess}`)
    expect(cache.size).toBe(10)
    expect(good.every((text) => get(text)?.key.id === text)).toBe(true)
  }, 60_000)
})

describe("bounds", () => {
  test("the keys not asked for longest are forgotten first, and nothing is left of them", async () => {
    const { keep, get, cache, changed } = open({ maximumKeys: 3 })
    const texts = Array.from({ length: 5 }, newText)
    for (const text of texts) {
      await keep(text, subjectAt(1, text, [text]))
      get(texts[0] ?? "")
    }
    expect(cache.size).toBe(3)
    expect(texts.map((text) => get(text) !== undefined)).toEqual([true, false, false, true, true])
    for (const text of texts) changed(text, null)
    expect(cache.size).toBe(0)
  })

  test("a key that was forgotten and read again is still found by its notice", async () => {
    const { keep, get, changed } = open({ maximumKeys: 2 })
    const texts = Array.from({ length: 2 }, newText)
    const [first = "", second = ""] = texts
    for (let round = 0; round < 3; round++) {
      await keep(first, subjectAt(1, "a", texts, 1))
      await keep(second, subjectAt(1, "a", texts, 2))
      const third = newText()
      await keep(third, subjectAt(1, "b", [third]))
      await keep(first, subjectAt(1, "a", texts, 1))
    }
    changed("a", 2)
    expect([get(first), get(second)]).toEqual([undefined, undefined])
  })

  test("keyspaces are forgotten too, and then their keys are read again", async () => {
    const { source, keep, get } = open({ maximumKeys: 2 })
    source.keyspace = async (...asked: readonly string[]) => keyspaceAt(1, asked[1])
    const texts = Array.from({ length: 3 }, newText)
    for (const [at, text] of texts.entries()) {
      const stored = subjectAt(1, text, [text])
      await keep(text, { ...stored, key: { ...stored.key, keyspaceId: `keyspace ${at}` } })
    }
    expect(texts.map((text) => get(text) !== undefined)).toEqual([false, true, true])
  })
})

describe("how long an answer is trusted", () => {
  test("for less than the bound, counted from before the read began", async () => {
    const { load, read, get, clock } = open({ trustedForMs: 1000 })
    const text = newText()
    const asked = load(text)
    const first = await read(0)
    clock.advance(600)
    first.answer(subjectAt(1, "a", [text]))
    await asked
    clock.advance(399)
    expect(get(text)?.key.id).toBe("a")
    clock.advance(1)
    expect(get(text)).toBeUndefined()
  })

  test("a keyspace as long as a key", async () => {
    const { source, keep, get, clock } = open({ trustedForMs: 1000 })
    const [one, two] = [newText(), newText()]
    await keep(one, subjectAt(1, "a", [one]))
    clock.advance(600)
    await keep(two, subjectAt(1, "b", [two]))
    expect(source.keyspaces.reads).toBe(1)
    clock.advance(400)
    expect(get(two)).toBeUndefined()
    await keep(one, subjectAt(1, "a", [one]))
    expect(source.keyspaces.reads).toBe(2)
    // Confirmed anew and unchanged: what was compiled with it is good again.
    expect(get(two)?.key.id).toBe("b")
  })

  test("a keyspace that outgrew the bound while a key was read is read as well", async () => {
    const { source, keep, load, read, clock } = open({ trustedForMs: 1000 })
    const [one, two] = [newText(), newText()]
    await keep(one, subjectAt(1, "a", [one]))
    clock.advance(999)
    const asked = load(two)
    const slow = await read(1)
    clock.advance(1)
    source.keyspaces.current = keyspaceAt(2)
    slow.answer(subjectAt(1, "b", [two]))
    expect((await asked)?.keyspace.revision).toBe(2)
  })

  test("not at all when the clock was set back behind the read", async () => {
    const { keep, get, clock } = open({ trustedForMs: 1000 })
    const text = newText()
    await keep(text, subjectAt(1, "a", [text]))
    clock.advance(-1)
    expect(get(text)).toBeUndefined()
  })

  test("until a notice where every change passes through this process, whatever the clock says", async () => {
    const { keep, get, clock } = open()
    const text = newText()
    await keep(text, subjectAt(1, "a", [text]))
    clock.advance(-1_000_000)
    expect(get(text)?.key.id).toBe("a")
    clock.advance(1e12)
    expect(get(text)?.key.id).toBe("a")
  })
})
