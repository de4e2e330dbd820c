import { beforeAll, describe, expect, test } from "vitest"
import { Polling } from "./polling.ts"
import { type Installation, install, type RunningServer } from "./server.ts"

// Two servers over one PostgreSQL. What one acknowledges, it decides by at once, and the other within the bound.

const boundMs = 1_000
const keysOfEach = 5
type Client = ReturnType<RunningServer["client"]>

describe("a change that one server acknowledged", () => {
  let installation: Installation
  let near: RunningServer
  let far: RunningServer

  beforeAll(async () => {
    installation = await install("postgres", { KEYWARD_REVOCATION_BOUND_MS: String(boundMs) })
    near = await installation.start()
    far = await installation.start("serve")
  })

  const changes: readonly {
    readonly name: string
    readonly refusal: string
    change(client: Client, key: { readonly id: string; readonly keyspace_id: string }): Promise<unknown>
  }[] = [
    { name: "a revocation", refusal: "REVOKED", change: (client, { id }) => client.keys.revoke(id) },
    {
      name: "a disabling",
      refusal: "DISABLED",
      change: (client, { id }) => client.keys.update(id, { enabled: false }),
    },
    {
      name: "a narrowing",
      refusal: "INSUFFICIENT_PERMISSIONS",
      change: (client, { id }) => client.keys.update(id, { roles: [] }),
    },
    {
      name: "a narrowing of the role in the keyspace",
      refusal: "INSUFFICIENT_PERMISSIONS",
      change: (client, { keyspace_id: id }) =>
        client.keyspaces.update(id, { roles: [{ name: "reader", permissions: ["reports.write"] }] }),
    },
    { name: "a deletion", refusal: "NOT_FOUND", change: (client, { id }) => client.keys.delete(id) },
  ]

  test.concurrent.for(changes)(
    "is decided by on both: $name",
    async ({ name, refusal, change }, { annotate }) => {
      const client = near.client()
      const latencies = await Promise.all(
        Array.from({ length: keysOfEach }, async (_, number) => {
          // A keyspace for each: what changes one must not change the others before their turn.
          const space = await client.keyspaces.create({
            name: `${name} ${number}`,
            prefix: "bound",
            permissions: [{ name: "reports.read" }, { name: "reports.write" }],
            roles: [{ name: "reader", permissions: ["reports.*"] }],
          })
          const key = await client.keys.create({
            keyspace_id: space.id,
            name: "Reader",
            roles: ["reader"],
          })
          const polling = new Polling(far.client(), key.secret, "reports.read")
          await polling.until((answers) => answers.at(-1)?.code === "VALID")
          const verify = () => client.keys.verify({ key: key.secret, permissions: "reports.read" })
          expect(await verify()).toMatchObject({ code: "VALID" })
          await change(client, key)
          const acknowledgedAt = Date.now()
          expect(await client.keys.verify({ key: key.secret, permissions: "reports.read" })).toMatchObject({
            code: refusal,
          })
          const overdue = ({ askedAt }: { readonly askedAt: number }) => askedAt >= acknowledgedAt + boundMs
          await polling.until((answers) => answers.filter(overdue).length >= 3)
          const answers = await polling.stop()
          expect(new Set(answers.filter(overdue).map(({ code }) => code))).toEqual(new Set([refusal]))
          // Once refused, never valid again.
          const refusedFrom = answers.findIndex(({ code }) => code === refusal)
          expect(new Set(answers.slice(refusedFrom).map(({ code }) => code))).toEqual(new Set([refusal]))
          return Math.max(0, Number(answers[refusedFrom]?.answeredAt) - acknowledgedAt)
        }),
      )
      await annotate(
        `the other server refused after ${Math.max(...latencies)} ms at most; the bound is ${boundMs} ms`,
      )
    },
  )

  test.concurrent("is decided by on both: the revocation of a management key", async () => {
    const { organization_id: organizationId } = await installation.credentials()
    const { items } = await near.client().keyspaces.list()
    const management = items.find(({ kind }) => kind === "management")
    const key = await near.client().keys.create({
      keyspace_id: String(management?.id),
      name: "Leaver",
      permissions: ["organizations.read"],
    })
    const read = (server: RunningServer) =>
      server
        .client(key.secret)
        .organizations.read(organizationId)
        .then(
          () => "done",
          ({ code }: { readonly code: string }) => code,
        )
    expect([await read(near), await read(far)]).toEqual(["done", "done"])
    await near.client().keys.revoke(key.id)
    const acknowledgedAt = Date.now()
    expect(await read(near)).toBe("credential_invalid")
    let askedAt = 0
    let answer = ""
    do {
      askedAt = Date.now()
      answer = await read(far)
    } while (askedAt < acknowledgedAt + boundMs)
    expect(answer).toBe("credential_invalid")
  })
})
