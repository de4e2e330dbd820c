import { hash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { createAuthority } from "../src/authority/authority.ts"
import { endedSecretsMost, type Rotation } from "../src/authority/rotation.ts"
import { Peppers } from "../src/key/digest.ts"
import { nativeFormat } from "../src/key/format.ts"
import { rotationOf, secretIsLive } from "../src/key/lifecycle.ts"
import { later } from "../src/time.ts"
import {
  callerAs,
  callerWith,
  failureOf,
  type House,
  newUser,
  openHouse,
  refused,
  start,
  trailOf,
} from "./authority-fixture.ts"

const hour = 60 * 60 * 1000
const revocation = { reason: "compromised", note: null } as const

async function houseWithKey(members: object = {}, keyspace: "keyspace" | "recoverable" = "keyspace") {
  const house = await openHouse()
  const caller = callerWith(house, "keys.read", "keys.write", "keys.reveal")
  const input = { keyspaceId: house[keyspace].id, name: "Key", ...members }
  const { key, secret } = await house.authority.createKey(caller, input)
  const rotate = (rotation: Rotation = {}) => house.authority.rotateKey(caller, key.id, rotation, null)
  return { house, caller, id: key.id, key, secret, rotate }
}

/** Which versions of a key's secrets are found and count now, whatever becomes of the key itself. */
async function live(house: House, ...texts: (string | null)[]): Promise<(number | null)[]> {
  const { store, peppers, clock } = house.deps
  return Promise.all(
    texts.map(async (text) => {
      const found = text === null ? null : await store.subject(peppers.candidates(text))
      const secret = found?.key.secrets.find(({ version }) => version === found.secretVersion)
      return secret && secretIsLive(secret, clock.now()) ? secret.version : null
    }),
  )
}

function actionsOf(house: House) {
  return trailOf(house, house.admin.organizationId).then((trail) => trail.map(({ action }) => action))
}

describe("a rotation", () => {
  test("adds a secret under the same id, and the one before lives for an hour", async () => {
    const { house, id, key, secret, rotate } = await houseWithKey({ tags: ["a"], limits: [] })
    house.clock.advance(5)
    const rotated = await rotate()
    const now = house.clock.now()
    expect(rotated.key).toEqual({
      ...key,
      revision: 2,
      updatedAt: now,
      secrets: [
        { ...key.secrets[0], expiresAt: later(now, hour) },
        { ...rotated.key.secrets[1], version: 2, createdAt: now, expiresAt: null },
      ],
    })
    expect(await house.authority.key(house.admin, id)).toEqual(rotated.key)
    expect(rotated.secret).not.toBe(secret)
    expect(nativeFormat.recognizes(rotated.secret ?? "")).toBe(true)
    expect(await live(house, secret, rotated.secret)).toEqual([1, 2])
    house.clock.advance(hour - 1)
    expect(await live(house, secret, rotated.secret)).toEqual([1, 2])
    house.clock.advance(1)
    expect(await live(house, secret, rotated.secret)).toEqual([null, 2])
  })

  test("is in the audit trail, without a secret or a digest", async () => {
    const { house, key, rotate } = await houseWithKey()
    const { key: rotated } = await rotate({ overlapMs: 60_000 })
    const event = (await trailOf(house, house.admin.organizationId)).at(-1)
    expect(event).toMatchObject({
      action: "key.rotated",
      target: { kind: "key", id: key.id },
      actor: { id: "someone" },
      details: {
        secret_version: 2,
        previous_version: 1,
        previous_expires_at: new Date(start + 60_000).toISOString(),
      },
    })
    const told = JSON.stringify(event)
    for (const { digest } of rotated.secrets) expect(told).not.toContain(digest)
  })

  test("tells the caches of the key's new revision before it is answered", async () => {
    const { house, id, rotate } = await houseWithKey()
    for (const [change, revision] of [
      [() => rotate(), 2],
      [() => house.authority.extendRotation(house.admin, id, 2 * hour, null), 3],
      [() => house.authority.cancelRotation(house.admin, id, null), 4],
      [() => rotate(), 5],
      [() => house.authority.finishRotation(house.admin, id, null), 6],
    ] as const) {
      house.notices.length = 0
      await change()
      expect(house.notices).toEqual([
        { kind: "key", organizationId: house.admin.organizationId, id, revision },
      ])
    }
  })

  test("without an overlap ends the secret before at once, and another can follow", async () => {
    const { house, secret, rotate } = await houseWithKey()
    const second = await rotate({ overlapMs: 0 })
    expect(await live(house, secret, second.secret)).toEqual([null, 2])
    const third = await rotate({ overlapMs: 0 })
    expect(await live(house, secret, second.secret, third.secret)).toEqual([null, null, 3])
  })

  test("never lets the secret before outlive the key as it was", async () => {
    const { house, id, key, secret, rotate } = await houseWithKey({ expiresAt: later(start, 1000) })
    const { key: rotated } = await rotate({ overlapMs: hour })
    expect(rotated.secrets.map(({ expiresAt }) => expiresAt)).toEqual([key.expiresAt, null])
    // The key is given more time afterwards; the secret before is not.
    await house.authority.updateKey(house.admin, id, { expiresAt: null }, null)
    house.clock.advance(1000)
    expect(await live(house, secret)).toEqual([null])
  })

  test("is one at a time, and none of a revoked key", async () => {
    const { house, id, rotate } = await houseWithKey()
    await rotate()
    house.clock.advance(hour - 1)
    await refused(rotate(), "rotation_under_way")
    house.clock.advance(1)
    expect((await rotate()).key.secrets).toHaveLength(3)
    await house.authority.revokeKey(house.admin, id, revocation)
    const { authority, admin } = house
    await refused(rotate(), "key_revoked")
    await refused(authority.finishRotation(admin, id, null), "key_revoked")
    await refused(authority.cancelRotation(admin, id, null), "key_revoked")
    await refused(authority.extendRotation(admin, id, 9 * hour, null), "key_revoked")
  })

  test("leaves no more than twenty ended secrets, those that ended last, and the others stay taken", async () => {
    const { house, id, secret, rotate } = await houseWithKey()
    const texts: (string | null)[] = [secret]
    for (let times = 0; times < 3; times++) texts.push((await rotate({ overlapMs: 0 })).secret)
    // What was cancelled ended last of all, though it is not the newest for long.
    texts.push((await rotate({ overlapMs: 1000 })).secret)
    await house.authority.cancelRotation(house.admin, id, null)
    for (let times = 0; times < 30; times++) {
      house.clock.advance(1)
      texts.push((await rotate({ overlapMs: 0 })).secret)
    }
    const key = await house.authority.key(house.admin, id)
    expect(key.secrets.map(({ version }) => version)).toEqual(
      Array.from({ length: endedSecretsMost + 2 }, (_, at) => texts.length - endedSecretsMost - 1 + at),
    )
    const { peppers, store } = house.deps
    for (const [at, text] of texts.entries()) {
      const candidates = peppers.candidates(text ?? "")
      const found = await store.subject(candidates)
      expect(found?.secretVersion).toBe(at < texts.length - endedSecretsMost - 2 ? undefined : at + 1)
      expect(await store.digestTaken(candidates)).toBe(true)
    }
    expect(await live(house, texts.at(-2) ?? null, texts.at(-1) ?? null)).toEqual([null, texts.length])
  })

  test("forgets the secret that ended first, not the one that was made first", async () => {
    const { house, id, rotate } = await houseWithKey()
    // Version 1 outlives the ones that were made after it and cancelled.
    for (let times = 0; times < endedSecretsMost; times++) {
      house.clock.advance(1)
      await rotate({ overlapMs: 1000 })
      await house.authority.cancelRotation(house.admin, id, null)
    }
    house.clock.advance(1)
    await rotate({ overlapMs: 0 })
    house.clock.advance(1)
    const { key } = await rotate({ overlapMs: 0 })
    const versions = key.secrets.map(({ version }) => version)
    expect(versions).toEqual([1, ...Array.from({ length: endedSecretsMost + 1 }, (_, at) => at + 3)])
  })

  test("of one revision is refused of another, and so are its changes", async () => {
    const { house, id, caller } = await houseWithKey()
    const { authority } = house
    const other = [
      authority.rotateKey(caller, id, {}, 2),
      authority.finishRotation(caller, id, 2),
      authority.cancelRotation(caller, id, 2),
      authority.extendRotation(caller, id, hour, 2),
    ]
    for (const call of other) await refused(call, "revision_conflict")
    expect((await authority.rotateKey(caller, id, {}, 1)).key.revision).toBe(2)
    await refused(authority.finishRotation(caller, id, 1), "revision_conflict")
    expect((await authority.finishRotation(caller, id, 2)).revision).toBe(3)
  })

  test("of two at once one is made, and the other refused", async () => {
    const { house, rotate } = await houseWithKey()
    const calls = await Promise.allSettled([rotate(), rotate(), rotate()])
    expect(calls.filter(({ status }) => status === "fulfilled")).toHaveLength(1)
    expect((await actionsOf(house)).filter((action) => action === "key.rotated")).toHaveLength(1)
  })

  test("in a recoverable keyspace is kept too, and what is revealed is the secret to present", async () => {
    const { house, id, caller, secret, rotate } = await houseWithKey({}, "recoverable")
    const reveal = async () => (await house.authority.revealKey(caller, id, "lost")).secret
    const rotated = await rotate()
    expect(await reveal()).toBe(rotated.secret)
    await house.authority.cancelRotation(caller, id, null)
    expect(await reveal()).toBe(secret)
    const again = await rotate({ overlapMs: 0 })
    expect(await reveal()).toBe(again.secret)
  })

  test("in a recoverable keyspace leaves nothing sealed of what has ended", async () => {
    const { house, id, caller, rotate } = await houseWithKey({}, "recoverable")
    const sealed = async () =>
      (await house.authority.key(caller, id)).secrets.map((secret) => secret.sealed !== null)
    await rotate()
    expect(await sealed()).toEqual([true, true])
    await house.authority.cancelRotation(caller, id, null)
    expect(await sealed()).toEqual([true, false])
    await rotate()
    house.clock.advance(hour)
    // It has ended by itself, and goes with the next rotation.
    await rotate()
    expect(await sealed()).toEqual([false, false, true, true])
    await house.authority.finishRotation(caller, id, null)
    await rotate({ overlapMs: 0 })
    expect(await sealed()).toEqual([false, false, false, false, true])
  })
})

describe("a rotation that is under way", () => {
  test("finished, ends the secret before at that instant", async () => {
    const { house, id, caller, secret, rotate } = await houseWithKey()
    const { secret: next } = await rotate()
    house.clock.advance(10)
    const key = await house.authority.finishRotation(caller, id, null)
    expect(key.secrets.map(({ expiresAt }) => expiresAt)).toEqual([house.clock.now(), null])
    expect(await live(house, secret, next)).toEqual([null, 2])
    expect((await actionsOf(house)).at(-1)).toBe("key.rotation_finished")
  })

  test("cancelled, ends the new secret, and the one before lives as it did", async () => {
    const { house, id, caller, secret, key, rotate } = await houseWithKey()
    const { secret: next } = await rotate()
    house.clock.advance(10)
    const cancelled = await house.authority.cancelRotation(caller, id, null)
    expect(cancelled.secrets[0]).toEqual(key.secrets[0])
    expect(cancelled.secrets[1]?.expiresAt).toBe(house.clock.now())
    house.clock.advance(1000 * hour)
    expect(await live(house, secret, next)).toEqual([1, null])
    expect((await actionsOf(house)).at(-1)).toBe("key.rotation_cancelled")
    // The next one is a third version, and ends the first.
    const third = await rotate({ overlapMs: 0 })
    expect(await live(house, secret, next, third.secret)).toEqual([null, null, 3])
  })

  test("extended, lets the secret before live for so long from now", async () => {
    const { house, id, caller, secret, rotate } = await houseWithKey()
    await rotate()
    house.clock.advance(hour - 1)
    await house.authority.extendRotation(caller, id, 2 * hour, null)
    expect((await actionsOf(house)).at(-1)).toBe("key.rotation_extended")
    house.clock.advance(2 * hour - 1)
    expect(await live(house, secret)).toEqual([1])
    house.clock.advance(1)
    expect(await live(house, secret)).toEqual([null])
  })

  test("is not extended beyond the key's own end, nor shortened", async () => {
    const { house, id, caller, rotate } = await houseWithKey({ expiresAt: later(start, 3 * hour) })
    await rotate()
    const failure = await failureOf(house.authority.extendRotation(caller, id, hour - 1, null))
    expect(failure).toMatchObject({ code: "invalid_input", errors: [{ member: "/overlap" }] })
    const key = await house.authority.extendRotation(caller, id, 100 * hour, null)
    expect(rotationOf(key, house.clock.now())?.older.expiresAt).toBe(later(start, 3 * hour))
  })

  test("is over once the secret before has ended: nothing brings that one back", async () => {
    const { house, id, caller, secret, rotate } = await houseWithKey()
    const { authority } = house
    const changes = () => [
      authority.finishRotation(caller, id, null),
      authority.cancelRotation(caller, id, null),
      authority.extendRotation(caller, id, hour, null),
    ]
    for (const call of changes()) await refused(call, "no_rotation")
    const { secret: next } = await rotate()
    house.clock.advance(hour)
    for (const call of changes()) await refused(call, "no_rotation")
    expect(await live(house, secret, next)).toEqual([null, 2])
  })
})

describe("who may rotate", () => {
  test("those who may write the key; whoever may only read it is told so, and everyone else that there is none", async () => {
    const { house, id } = await houseWithKey()
    const { authority } = house
    const calls = (...grants: string[]) => {
      const caller = callerWith(house, ...grants)
      return [
        authority.rotateKey(caller, id, {}, null),
        authority.finishRotation(caller, id, null),
        authority.cancelRotation(caller, id, null),
        authority.extendRotation(caller, id, hour, null),
      ]
    }
    for (const call of calls("keys.read", "keys.reveal")) await refused(call, "permission_denied")
    for (const call of calls("keys.write:elsewhere")) await refused(call, "not_found")
    for (const call of calls(`keys.write:${house.keyspace.id}`).slice(1)) await refused(call, "no_rotation")
  })

  test("an owner, of their own keys alone", async () => {
    const { house, id } = await houseWithKey()
    const user = await newUser(house, "member")
    const caller = await callerAs(house, user)
    const owner = { kind: "user", id: user.id } as const
    const mine = await house.authority.createKey(house.admin, {
      keyspaceId: house.keyspace.id,
      owner,
      name: "Mine",
    })
    expect((await house.authority.rotateKey(caller, mine.key.id, {}, null)).key.secrets).toHaveLength(2)
    await refused(house.authority.rotateKey(caller, id, {}, null), "not_found")
  })

  test("nobody a management key that may do more than they", async () => {
    const { house } = await houseWithKey()
    const caller = callerWith(house, "keys.read", "keys.write")
    const { key } = house.acme.adminKey
    await refused(house.authority.rotateKey(caller, key.id, {}, null), "grant_exceeds_caller")
    // It may do nothing but write its owner's own keys, which to anybody else are somebody's.
    const { key: other } = await house.authority.createKey(house.admin, {
      keyspaceId: house.acme.managementKeyspace.id,
      owner: { kind: "user", id: house.acme.admin.id },
      name: "Own keys",
      permissions: ["own_keys.write"],
    })
    const owned = callerWith(house, "keys.read", `keys.write:${key.keyspaceId}`, "own_keys.write")
    await refused(house.authority.rotateKey(owned, other.id, {}, null), "grant_exceeds_caller")
  })
})

describe("a secret that its holder made", () => {
  const text = nativeFormat.print("acme_live", "", { bytes: (count) => new Uint8Array(count).fill(7) })
  const digest = { sha256: hash("sha256", text, "buffer") }

  test("verifies, and nobody is told a text", async () => {
    const { house, id, caller, secret } = await houseWithKey()
    const created = await house.authority.createKey(caller, {
      keyspaceId: house.keyspace.id,
      name: "Blind",
      digest: { sha256: hash("sha256", `${text}x`, "buffer") },
    })
    expect(created.secret).toBeNull()
    expect(await live(house, `${text}x`)).toEqual([1])
    const hint = { start: "acme_live_7777", end: "abcd" }
    const rotated = await house.authority.rotateKey(caller, id, { digest: { ...digest, hint } }, null)
    expect(rotated.secret).toBeNull()
    expect(rotated.key.secrets[1]).toMatchObject({ hint, sealed: null })
    expect(await live(house, secret, text)).toEqual([1, 2])
    const event = (await trailOf(house, house.admin.organizationId)).at(-1)
    expect(event?.details).toMatchObject({ blind: true })
  })

  test("is refused when a key has it, of whatever organization, under an older pepper too, and after it was deleted", async () => {
    const { house, id, caller, secret } = await houseWithKey()
    const taken = { sha256: hash("sha256", secret, "buffer") }
    const pepper = (byte: number) => new Uint8Array(32).fill(byte)
    const peppers = new Peppers(new Map([1, 2].map((version) => [version, pepper(version)])))
    const newer = createAuthority({ ...house.deps, peppers })
    const input = { keyspaceId: house.keyspace.id, name: "x", digest: taken }
    const theirs = { ...input, keyspaceId: house.foreign.id }
    const other = { ...house.admin, organizationId: house.other.organization.id }
    const failure = { code: "already_exists", resource: "secret", member: "digest" }
    for (const authority of [house.authority, newer]) {
      for (const call of [
        authority.createKey(caller, input),
        authority.createKey(other, theirs),
        authority.rotateKey(caller, id, { digest: taken }, null),
      ]) {
        expect(await failureOf(call)).toEqual(failure)
      }
    }
    await house.authority.deleteKey(caller, id, null)
    for (const authority of [house.authority, newer]) {
      expect(await failureOf(authority.createKey(caller, input))).toEqual(failure)
    }
  })

  test.each([
    ["in a recoverable keyspace", "recoverable", digest, "/secret_sha256"],
    ["with a digest of another length", "keyspace", { sha256: new Uint8Array(31) }, "/secret_sha256"],
    [
      "with a hint that tells more than others",
      "keyspace",
      { ...digest, hint: { start: "acme_live_77777", end: "" } },
      "/secret_hint",
    ],
    ["with a longer end", "keyspace", { ...digest, hint: { start: "", end: "abcde" } }, "/secret_hint"],
  ] as const)("is refused %s", async (_, keyspace, blind, member) => {
    const { house, id, caller } = await houseWithKey({}, keyspace)
    const input = { keyspaceId: house[keyspace].id, name: "x", digest: blind }
    for (const call of [
      house.authority.createKey(caller, input),
      house.authority.rotateKey(caller, id, { digest: blind }, null),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: "invalid_input", errors: [{ member }] })
    }
  })
})
