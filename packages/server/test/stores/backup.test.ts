import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import {
  ChainVerifier,
  createAuthority,
  createOrganization,
  later,
  newId,
  type OneTimeLink,
  Peppers,
  printAuditEvent,
  Sealer,
  type Session,
  type Store,
  systemCaller,
  systemClock,
  systemEntropy,
  type User,
} from "@keyward/core"
import { describe, expect, test } from "vitest"
import { Passwords } from "../../src/passwords.ts"
import { backupStore } from "../../src/stores/backup.ts"
import { openStore } from "../../src/stores/open.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "./places.ts"

const engines = [
  { engine: "sqlite", newUrl: async () => `sqlite:${freshPath()}` },
  { engine: "postgres", newUrl: postgresUrl },
]

describe.each(engines)("a backup of $engine", ({ newUrl }) => {
  test("holds every row, opens as a SQLite store, and is its owner's alone", async () => {
    const url = await newUrl()
    const destination = freshPath()
    const store = await openStore(url)
    const { organizationId, admin, createKey } = await installation(store)
    const { key, secret } = await createKey("First 🔑")
    const now = systemClock.now()
    const counts = [{ hour: now, outcome: "VALID", count: 3 }] as const
    await store.recordUsage([
      { organizationId, keyId: key.id, lastUsed: new Map([[1, { at: now, from: "192.0.2.1" }]]), counts },
    ])
    const { session, link } = await signIn(store, admin)
    const replay = { organizationId, intent: "i", sealed: "s", createdAt: now, expiresAt: later(now, 1) }
    await store.commit({ organizationId, changes: [{ kind: "replay.insert", replay }], events: [] })
    const tats = new Map([["account", now + 60_000.125]])
    await store.pushThrottles(tats, now)
    await store.ensureSetting("pepper", "fingerprint")
    const alias = await store.newAlias()
    await backupStore(url, destination)

    expect(statSync(destination).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(destination))).toEqual(["keyward.db"])
    const copy = await openStore(`sqlite:${destination}`)
    const page = { limit: 50, after: null }
    expect(await copy.organizations(page)).toEqual(await store.organizations(page))
    for (const filter of [{}, { role: "owner" }, { emailPrefix: "ada" }]) {
      expect(await copy.principals(organizationId, filter, page)).toEqual({ items: [admin], next: null })
    }
    expect(await copy.activeUsersWithRole(organizationId, "owner", 2)).toBe(1)
    expect(await copy.sessionByDigest([session])).toEqual({ session, user: admin })
    expect(await copy.linkByDigest([link])).toEqual(link)
    expect(await copy.replay(organizationId, "i")).toEqual(replay)
    expect(await copy.throttles(["account"])).toEqual(tats)
    expect(await copy.newAlias()).toBeGreaterThan(alias)
    expect(await copy.keyspaces(organizationId, page)).toEqual(await store.keyspaces(organizationId, page))
    const filters = [{}, { tag: "tagged" }, { namePrefix: "First" }, { lastUsedFrom: now }]
    for (const filter of filters) {
      const list = await copy.keys(organizationId, filter, now, page)
      expect(list).toEqual(await store.keys(organizationId, filter, now, page))
      expect(list.items.length).toBeGreaterThan(0)
    }
    expect((await copy.subject(peppers.candidates(secret)))?.key.id).toBe(key.id)
    expect(await copy.usage(organizationId, key.id, now, (now + 1) as typeof now)).toEqual(counts)
    expect(await copy.auditEvents(organizationId, {}, page)).toEqual(
      await store.auditEvents(organizationId, {}, page),
    )
    expect(await copy.setting("pepper")).toBe("fingerprint")
    await copy.close()
    await store.close()
  })

  test("is of one instant while commits go on, and commits go on meanwhile", async () => {
    const url = await newUrl()
    const destination = freshPath()
    const store = await openStore(url)
    const { organizationId, createKey } = await installation(store)
    let done = false
    let committed = 0
    const writers = [1, 2].map(async () => {
      while (!done) {
        await createKey(`key ${committed}`)
        committed++
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    await backupStore(url, destination).finally(() => {
      done = true
    })
    await Promise.all(writers)

    const copy = await openStore(`sqlite:${destination}`)
    const head = await copy.auditHead(organizationId)
    const events = await copy.auditEvents(organizationId, {}, { limit: 1_900, after: null, ascending: true })
    const verifier = new ChainVerifier()
    for (const event of events.items) expect(verifier.next(printAuditEvent(event))).toBeNull()
    expect(verifier.end(head)).toBeNull()
    const keys = await copy.keys(organizationId, {}, systemClock.now(), { limit: 1_900, after: null })
    const created = events.items.filter(({ action }) => action === "key.created")
    expect(keys.items).toHaveLength(created.length)
    await copy.close()
    await store.close()
  })

  test("is refused where something is already, and leaves that as it is", async () => {
    const url = await newUrl()
    await (await openStore(url)).close()
    const destination = freshPath()
    writeFileSync(destination, "precious")
    await expect(backupStore(url, destination)).rejects.toThrow("exists already")
    expect(statSync(destination).size).toBe(8)
    expect(readdirSync(dirname(destination))).toEqual(["keyward.db"])
  })
})

test("a backup of what is not there fails and leaves nothing", async () => {
  const destination = freshPath()
  const urls = [`sqlite:${destination}-missing`, "postgresql://nobody@127.0.0.1:1/nothing", "mysql://host/db"]
  for (const url of urls) {
    await expect(backupStore(url, destination)).rejects.toThrow()
    expect(existsSync(`${destination}-missing`)).toBe(false)
    expect(readdirSync(dirname(destination))).toEqual([])
  }
})

const peppers = new Peppers(new Map([[1, systemEntropy.bytes(32)]]))

/** An organization in a store, and what creates keys in it. */
async function installation(store: Store) {
  const sealer = new Sealer(new Map([[1, systemEntropy.bytes(32)]]), systemEntropy)
  const changes = { changed: () => undefined }
  const passwords = new Passwords(systemEntropy)
  const sessionLifetime = { idleMs: 60_000, absoluteMs: 60_000 }
  const deps = {
    store,
    clock: systemClock,
    entropy: systemEntropy,
    peppers,
    sealer,
    passwords,
    sessionLifetime,
    changes,
  }
  const admin = { email: "ada@example.com", displayName: "Ada", passwordHash: "$argon2id$" }
  const { organization, managementKeyspace, ...created } = await createOrganization(deps, {
    name: "Example",
    admin,
  })
  const authority = createAuthority(deps)
  const caller = systemCaller(organization.id)
  return {
    organizationId: organization.id,
    admin: created.admin,
    createKey: (name: string) =>
      authority.createKey(caller, { keyspaceId: managementKeyspace.id, name, tags: ["tagged"] }),
  }
}

/** A session of a user, and a link to reset their password with. */
async function signIn(store: Store, user: User) {
  const now = systemClock.now()
  const { organizationId, id: userId } = user
  const common = { id: newId(now, systemEntropy), organizationId, userId, createdAt: now }
  const expiresAt = later(now, 60_000)
  const session: Session = {
    ...common,
    ...peppers.digest("a session's token"),
    address: "203.0.113.7",
    userAgent: null,
    lastSeenAt: now,
    expiresAt,
  }
  const link: OneTimeLink = {
    ...common,
    ...peppers.digest("a link's token"),
    purpose: "reset",
    expiresAt,
    usedAt: null,
  }
  await store.commit({
    organizationId,
    changes: [
      { kind: "session.insert", session },
      { kind: "link.insert", link },
    ],
    events: [],
  })
  return { session, link }
}
