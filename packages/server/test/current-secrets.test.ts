import { openMemoryStore, Peppers, systemCaller } from "@keyward/core"
import { describe, expect, test } from "vitest"
import { currentVersion, makeCurrent, refusingUnknownPeppers } from "../src/current-secrets.ts"
import { checkPeppers } from "../src/installation-secrets.ts"
import { openTestKeyward, secretBytes } from "./test-keyward.ts"

const peppersTo = (highest: number, current: number) => {
  const versions = Array.from({ length: highest }, (_, at) => at + 1)
  return new Peppers(secretBytes(...versions), current)
}

/** A node that has pepper 1, and one that has newer ones too, over one store. */
async function nodes(highest: number, current: number) {
  const shared = openMemoryStore()
  const store = refusingUnknownPeppers(shared)
  const behind = await openTestKeyward({ store, peppers: peppersTo(1, 1) })
  await checkPeppers(store, behind.peppers)
  const ahead = await openTestKeyward({ store, peppers: peppersTo(highest, current), clock: behind.clock })
  const system = systemCaller(ahead.created.organization.id)
  const issue = async (): Promise<string> => {
    const keyspaceId = ahead.created.managementKeyspace.id
    const { secret } = await ahead.keyward.authority.createKey(system, { keyspaceId, name: "New" })
    return secret ?? expect.fail("no secret")
  }
  const outcome = async ({ keyward }: typeof behind, text: string) =>
    (await keyward.verifier.verify({ text, visible: () => true, guesser: null })).outcome
  return { store, behind, ahead, issue, outcome }
}

describe("a node that does not have the newest pepper", () => {
  test.each([2, 3])("never calls a key unknown that is stored under version %i", async (current) => {
    const { store, behind, ahead, issue, outcome } = await nodes(3, current)
    await checkPeppers(store, ahead.peppers)
    await makeCurrent(store, "pepper", current, behind.clock.now())
    const secret = await issue()
    expect(await outcome(ahead, secret)).toBe("VALID")
    const failure = { code: "installation_secret_missing", secret: "pepper", version: 2 }
    await expect(outcome(behind, secret)).rejects.toMatchObject({ failure: { ...failure, version: current } })
    const sha256 = new Uint8Array(32)
    await expect(store.digestTaken(behind.peppers.candidatesOfHash(sha256))).rejects.toThrow()
    await expect(store.sessionByDigest(behind.peppers.candidates("x"))).rejects.toThrow()
    await expect(store.linkByDigest(behind.peppers.candidates("x"))).rejects.toThrow()
    // What it has it knows.
    expect(await outcome(behind, behind.created.adminKey.secret ?? "")).toBe("VALID")
    behind.peppers.follow(secretBytes(1, 2, 3), current)
    expect(await outcome(behind, secret)).toBe("VALID")
    expect(await outcome(behind, `${secret.slice(0, -1)}${secret.endsWith("A") ? "B" : "A"}`)).toBe(
      "MALFORMED",
    )
  })

  test("says of an unknown key that it is, as long as nothing can be stored under the newer one", async () => {
    const { store, behind, ahead, outcome } = await nodes(2, 1)
    await checkPeppers(store, ahead.peppers)
    const { secret } = (await openTestKeyward()).created.adminKey
    expect(await outcome(behind, secret ?? "")).toBe("NOT_FOUND")
    await makeCurrent(store, "pepper", 2, behind.clock.now())
    await expect(outcome(await nodesLater(behind), secret ?? "")).rejects.toThrow()
  })

  /** What is unknown is remembered for a second. */
  async function nodesLater(node: Awaited<ReturnType<typeof openTestKeyward>>) {
    node.clock.advance(1001)
    return node
  }
})

describe("the current version", () => {
  test("is the lowest until another one was made current and its instant is there", async () => {
    const store = openMemoryStore()
    const { clock } = await openTestKeyward()
    const current = () => currentVersion(store, "encryption", [3, 1, 2], clock.now())
    expect(await current()).toBe(1)
    const from = clock.now()
    expect(await makeCurrent(store, "encryption", 3, from)).toBe(from)
    clock.advance(-1)
    expect(await current()).toBe(1)
    clock.advance(1)
    expect(await current()).toBe(3)
    await makeCurrent(store, "encryption", 2, from)
    expect(await current()).toBe(3)
    expect(await currentVersion(store, "pepper", [1, 2, 3], clock.now())).toBe(1)
  })

  test("nothing comes under an older pepper again than it is under", async () => {
    const store = openMemoryStore()
    const newer = await openTestKeyward({ store, peppers: peppersTo(2, 2) })
    const { secret, key } = newer.created.adminKey
    const older = await openTestKeyward({ store, peppers: peppersTo(2, 1) })
    const verification = { text: secret ?? "", visible: () => true, guesser: null }
    expect((await older.keyward.verifier.verify(verification)).outcome).toBe("VALID")
    expect((await store.key(key.organizationId, key.id))?.secrets[0]?.pepperVersion).toBe(2)
  })
})
