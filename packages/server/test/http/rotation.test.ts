import { hash } from "node:crypto"
import { nativeFormat, systemEntropy } from "@keyward/core"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { registerSecret } from "../../../../tests/evidence.ts"
import { openStore } from "../../src/stores/open.ts"
import { postgresUrl } from "../postgres/database.ts"
import { freshPath } from "../stores/places.ts"
import { type Ask, type NativeServer, openNative } from "./native-server.ts"
import { post } from "./route-case.ts"

const hour = 60 * 60 * 1000
const boundMs = 1000

/** What each way in says of a secret: verify, verify-batch, check, self, and the management API that it is a credential of. */
const accepted = ["VALID", "VALID", 200, 200, 200]
const ended = ["EXPIRED", "EXPIRED", 401, 401, 401]

const stores = {
  sqlite: async () => `sqlite:${freshPath()}`,
  postgres: postgresUrl,
}

describe.each(["sqlite", "postgres"] as const)("a rotation over HTTP, on %s", (engine) => {
  let databaseUrl: string
  let server: NativeServer
  /** A node that remembers one key at a time, so that of any other it asks the store. */
  let forgetful: NativeServer
  let url: string
  let key: { readonly id: string; readonly secret: string }

  beforeEach(async () => {
    databaseUrl = await stores[engine]()
    server = await openNode()
    forgetful = await openNative({ store: server.keyward.store, clock: server.clock, cacheKeys: 1 })
    url = await server.app.listen({ host: "127.0.0.1", port: 0 })
    const limits = [{ name: "hourly", count: 10_000, window_seconds: 3600 }]
    const keyspace_id = server.created.managementKeyspace.id
    const body = { keyspace_id, name: "Rotated", permissions: ["keyspaces.read"], limits }
    key = await call(server.admin, "/v1/keys", post(body))
  })
  afterEach(async () => {
    // The store that both have is closed once.
    await forgetful.app.close()
    await server.close()
  })

  async function openNode(): Promise<NativeServer> {
    const trustedForMs = engine === "postgres" ? boundMs : null
    return openNative({
      store: await openStore(databaseUrl),
      trustedForMs,
      ...(server ? { clock: server.clock } : {}),
    })
  }

  async function send(token: string, path: string, { method = "GET", body }: Ask = {}): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` }
    if (body !== undefined) headers["content-type"] = "application/json"
    return fetch(url + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) })
  }

  async function call(token: string, path: string, asked?: Ask) {
    const response = await send(token, path, asked)
    const text = await response.text()
    expect(response.ok, text).toBe(true)
    // biome-ignore lint/suspicious/noExplicitAny: a body is whatever the server sent; the tests say what it must be.
    const json: any = text === "" ? undefined : JSON.parse(text)
    if (typeof json?.secret === "string") registerSecret("key text", json.secret)
    return json
  }

  const checkPath = () => `/v1/check?keyspace_id=${server.created.managementKeyspace.id}`

  /** Where the key is in memory, of which nobody says that time has passed, and where it is read from the store. */
  async function waysIn(secret: string) {
    const verification = await call(server.admin, "/v1/keys/verify", post({ key: secret }))
    const batch = await call(server.admin, "/v1/keys/verify-batch", post({ keys: [{ key: secret }] }))
    const answers = []
    for (const path of [checkPath(), "/v1/self", "/v1/keyspaces"]) {
      const answer = await send(secret, path)
      await answer.text()
      answers.push(answer.status)
    }
    const said = [verification.code, batch.results[0].code, ...answers]
    expect(await waysInAnew(secret)).toEqual(said)
    return said
  }

  async function waysInAnew(secret: string) {
    const asked = (body: object) => ({ ...post(body), token: server.admin })
    const verification = await forgetful.ask("/v1/keys/verify", asked({ key: secret }))
    const batch = await forgetful.ask("/v1/keys/verify-batch", asked({ keys: [{ key: secret }] }))
    const statuses = []
    for (const path of [checkPath(), "/v1/self", "/v1/keyspaces"]) {
      // Forgotten, as it remembers another now.
      await forgetful.ask("/v1/self", { token: server.admin })
      statuses.push((await forgetful.ask(path, { token: secret })).status)
    }
    return [verification.json.code, batch.json.results[0].code, ...statuses]
  }

  const change = (what: string, body?: object) => call(server.admin, `/v1/keys/${key.id}/${what}`, post(body))

  test("both secrets are accepted until the overlap ends, and the old one never after", async () => {
    const { secret } = await change("rotate", { overlap: "PT1H" })
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
    server.clock.advance(hour - 1)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
    server.clock.advance(1)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([ended, accepted])
    server.clock.advance(1000 * hour)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([ended, accepted])
  })

  test("without an overlap the old secret is refused when the answer is there", async () => {
    expect(await waysIn(key.secret)).toEqual(accepted)
    const { secret } = await change("rotate", { overlap: "PT0S" })
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([ended, accepted])
  })

  test("finished, the old secret is refused at once", async () => {
    const { secret } = await change("rotate")
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
    await change("rotation/finish")
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([ended, accepted])
  })

  test("cancelled, the new secret is refused at once, and the old one lives as before", async () => {
    const { secret } = await change("rotate")
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
    await change("rotation/cancel")
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, ended])
    server.clock.advance(1000 * hour)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, ended])
  })

  test("extended, the old secret is accepted until the later end", async () => {
    const { secret } = await change("rotate")
    server.clock.advance(hour - 1)
    await change("rotation/extend", { overlap: "PT2H" })
    server.clock.advance(2 * hour - 1)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
    server.clock.advance(1)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([ended, accepted])
  })

  test("a secret that its holder made is accepted, and crosses the wire only when it is presented", async () => {
    const secret = nativeFormat.print("kw", "", systemEntropy)
    const { secret: told } = await change("rotate", { secret_sha256: hash("sha256", secret) })
    expect(told).toBeNull()
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
  })

  // A SQLite file is served by one process.
  test.skipIf(engine === "sqlite")("another node knows of each change within the bound", async () => {
    const other = await openNode()
    try {
      const codes = async (...secrets: string[]) => {
        const body = { keys: secrets.map((secret) => ({ key: secret })) }
        const { json } = await other.ask("/v1/keys/verify-batch", { ...post(body), token: server.admin })
        return json.results.map(({ code }: { readonly code: string }) => code)
      }
      expect(await codes(key.secret)).toEqual(["VALID"])
      const { secret } = await change("rotate")
      expect(await codes(key.secret, secret)).toEqual(["VALID", "VALID"])
      await change("rotation/finish")
      server.clock.advance(boundMs)
      expect(await codes(key.secret, secret)).toEqual(["EXPIRED", "VALID"])
    } finally {
      await other.app.close()
      await other.keyward.close()
    }
  })

  test("each secret shows its own last use, and the limits and counts are the key's", async () => {
    const { secret } = await change("rotate")
    const verify = (text: string, client_ip: string) =>
      call(server.admin, "/v1/keys/verify", post({ key: text, client_ip }))
    const [limit] = (await verify(key.secret, "192.0.2.1")).limits
    expect(limit.remaining).toBe(9999)
    server.clock.advance(1)
    expect((await verify(secret, "2001:db8::1")).limits[0].remaining).toBe(9998)
    await server.keyward.flushUsage()
    const { secrets, last_used_at } = await call(server.admin, `/v1/keys/${key.id}`)
    const now = server.clock.now()
    expect(secrets).toMatchObject([
      { version: 1, last_used_at: new Date(now - 1).toISOString(), last_used_from: "192.0.2.1" },
      { version: 2, last_used_at: new Date(now).toISOString(), last_used_from: "2001:db8::1" },
    ])
    expect(last_used_at).toBe(new Date(now).toISOString())
    const { items } = await call(server.admin, `/v1/keys/${key.id}/usage`)
    expect(items).toMatchObject([{ outcome: "VALID", count: 2 }])
  })

  test("of several at once one is made", async () => {
    const rotate = () => send(server.admin, `/v1/keys/${key.id}/rotate`, post({}))
    const answers = await Promise.all(Array.from({ length: 6 }, rotate))
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, 409, 409, 409, 409, 409])
    const secrets = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { readonly secret?: string }).secret ?? []),
    )
    const [secret = ""] = secrets.flat()
    registerSecret("key text", secret)
    expect([await waysIn(key.secret), await waysIn(secret)]).toEqual([accepted, accepted])
  })

  test("under load there is not one refusal, of whichever secret until its end", async () => {
    /** Those that are good now, the newest last. */
    let good = [key.secret]
    let rotating = true
    const outcomes = new Map<string | number, number>()
    /** Secrets that are being presented, each as often as it is. */
    const underWay: string[] = []
    const answered = () => [...outcomes.values()].reduce((sum, count) => sum + count, 0)

    async function present(secret: string, turn: number): Promise<string | number> {
      if (turn % 4 === 0) {
        const asked = post({ key: secret, client_ip: "192.0.2.1" })
        return (await call(server.admin, "/v1/keys/verify", asked)).code
      }
      const answer = await send(secret, [checkPath(), "/v1/self", "/v1/keyspaces"][(turn % 4) - 1] ?? "")
      await answer.text()
      return answer.status
    }
    async function presentOnAndOn(turn: number): Promise<void> {
      for (; rotating; turn++) {
        const secret = good[turn % good.length] ?? ""
        underWay.push(secret)
        const outcome = await present(secret, Math.floor(turn / 2))
        underWay.splice(underWay.indexOf(secret), 1)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
    }
    /** Until some more were presented. */
    async function load(more: number): Promise<void> {
      const enough = answered() + more
      while (answered() < enough) await call(server.admin, "/v1/keys/verify", post({ key: key.secret }))
    }
    async function rotateOnAndOn(): Promise<void> {
      for (let rotation = 0; rotation < 6; rotation++) {
        const [before = ""] = good
        const { secret } = await change("rotate", { overlap: "PT1H" })
        good = [before, secret]
        await load(12)
        server.clock.advance(hour - 1)
        await load(12)
        // As holders do it: nobody presents it any more when it ends.
        good = [secret]
        while (underWay.includes(before)) await load(1)
        if (rotation % 2 === 0) server.clock.advance(1)
        else await change("rotation/finish")
        expect(await waysIn(before)).toEqual(ended)
      }
    }
    const presenting = Array.from({ length: 16 }, (_, turn) => presentOnAndOn(turn))
    await rotateOnAndOn().finally(() => {
      rotating = false
    })
    await Promise.all(presenting)
    expect(new Set(outcomes.keys())).toEqual(new Set(["VALID", 200]))
  })
})

describe("what is asked of a rotation", () => {
  let server: NativeServer
  let path: string
  beforeEach(async () => {
    server = await openNative()
    const keyspace = await server.ask("/v1/keyspaces", post({ name: "Things", prefix: "thing" }))
    const key = await server.ask("/v1/keys", post({ keyspace_id: keyspace.json.id, name: "Key" }))
    path = `/v1/keys/${key.json.id}`
  })
  afterEach(() => server.close())

  const sha256 = "0123456789abcdefABCDEF".padEnd(64, "0")
  test.each([
    ["/overlap", { overlap: "1h" }],
    ["/overlap", { overlap: "P1M" }],
    ["/overlap", { overlap: "-PT1H" }],
    ["/overlap", { overlap: "P367D" }],
    ["/overlap", { overlap: null }],
    ["/secret_sha256", { secret_sha256: sha256.slice(1) }],
    ["/secret_sha256", { secret_sha256: `${sha256.slice(1)}g` }],
    ["/secret_hint", { secret_hint: { start: "thing_", end: "" } }],
    ["/secret_hint", { secret_sha256: sha256, secret_hint: { start: "thing_12345", end: "" } }],
    ["/secret_hint/end", { secret_sha256: sha256, secret_hint: { start: "", end: "12345" } }],
    ["/secret_hint/end", { secret_sha256: sha256, secret_hint: { start: "" } }],
    ["/secret", { secret: "thing_" }],
  ])("%s is refused: %j", async (member, body) => {
    const { json } = await server.refused(`${path}/rotate`, "invalid_input", post(body))
    expect(json.errors).toMatchObject([{ member }])
  })

  test("an overlap is weeks, or days, hours, minutes and seconds, and at most 366 days", async () => {
    for (const overlap of ["PT0S", "P366D", "P1W", "P1DT1H1M1S"]) {
      const { json } = await server.ask(`${path}/rotate`, post({ overlap }))
      const end = Date.parse(json.secrets.at(-2).expires_at) - server.clock.now()
      const seconds = { PT0S: 0, P366D: 31_622_400, P1W: 604_800, P1DT1H1M1S: 90_061 }[overlap]
      expect(end).toBe((seconds ?? -1) * 1000)
      if (end > 0) await server.ask(`${path}/rotation/finish`, post())
    }
    await server.ask(`${path}/rotate`, post())
    await server.refused(`${path}/rotation/extend`, "invalid_input", post({}))
    await server.refused(`${path}/rotation/extend`, "invalid_input", post({ overlap: "PT59M" }))
  })

  test("a hint is shown, and without one nothing of the text is", async () => {
    const hint = { start: "thing_1234", end: "wxyz" }
    const asked = { secret_sha256: sha256, secret_hint: hint, overlap: "PT0S" }
    const { json } = await server.ask(`${path}/rotate`, post(asked))
    expect([json.secret, json.secrets[1].hint]).toEqual([null, hint])
    const other = { secret_sha256: "f".repeat(64) }
    const { json: bare } = await server.ask(`${path}/rotate`, post(other))
    expect(bare.secrets[2].hint).toEqual({ start: "", end: "" })
  })

  test("a schedule is a keyspace's for new keys, and each key's own", async () => {
    const rotation = { every_seconds: 30 * 86_400, overlap_seconds: 3600 }
    const keyspace = await server.ask("/v1/keyspaces", post({ name: "Other", prefix: "other", rotation }))
    expect(keyspace.json.rotation).toEqual(rotation)
    const { json } = await server.ask("/v1/keys", post({ keyspace_id: keyspace.json.id, name: "Key" }))
    const due = new Date(server.clock.now() + 30 * 86_400_000).toISOString()
    expect(json).toMatchObject({ rotation, rotation_due_at: due })
    const patch = (body: object): Ask => ({ method: "PATCH", body })
    const own = { every_seconds: 86_400, overlap_seconds: 0 }
    const changed = await server.ask(`/v1/keys/${json.id}`, patch({ rotation: own }))
    const sooner = new Date(server.clock.now() + 86_400_000).toISOString()
    expect(changed.json).toMatchObject({ rotation: own, rotation_due_at: sooner })
    for (const wrong of [
      { every_seconds: 86_399, overlap_seconds: 0 },
      { every_seconds: 86_400, overlap_seconds: 86_400 },
      { every_seconds: 86_400 },
    ]) {
      await server.refused(`/v1/keys/${json.id}`, "invalid_input", patch({ rotation: wrong }))
      await server.refused(`/v1/keyspaces/${keyspace.json.id}`, "invalid_input", patch({ rotation: wrong }))
    }
    const none = await server.ask(`/v1/keys/${json.id}`, patch({ rotation: null }))
    expect(none.json).toMatchObject({ rotation: null, rotation_due_at: null })
  })
})
