import { nativeRoutes, type Route } from "@keyward/contract"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { matrix } from "./matrix.ts"
import {
  type Callee,
  callees,
  callers,
  credentialKinds,
  newCaller,
  newTarget,
  ownerOf,
  type Stage,
  setStage,
  type Target,
} from "./matrix-cast.ts"
import { type Ask, type NativeServer, openNative, type Reply } from "./native-server.ts"

// Who may do what to whose: every route × every caller × own, another's, an owner's, another organization's and unknown.

const routes: readonly Route[] = nativeRoutes
const rows = routes.map((route) => ({
  name: route.operationId,
  route,
  row: matrix[route.operationId as keyof typeof matrix],
}))

test("every route has a row, and every row a status for each caller", () => {
  expect(Object.keys(matrix).toSorted()).toEqual(routes.map(({ operationId }) => operationId).toSorted())
  for (const { name, row } of rows) {
    for (const line of [row.own, row.ownSignedIn, row.others, row.owners, row.missing]) {
      if (line) expect(line, name).toHaveLength(callers.length)
    }
    expect(row.missing === undefined, name).toBe(aboutNothing.includes(name))
  }
})

/** Routes that name no object. */
const aboutNothing = [
  "listOrganizations",
  "createUser",
  "listUsers",
  "createServiceAccount",
  "listServiceAccounts",
  "readCurrentSession",
  "signOut",
  "changePassword",
  "listMembers",
  "createRole",
  "listRoles",
  "createKeyspace",
  "listKeyspaces",
  "readSelf",
  "readHealth",
  "readReadiness",
]

/** All requests have the same id, as far as the server is told: it has a length, too. */
const requestId = "matrix"

/** An answer without what differs from one second to the next. */
function told({ status, headers, text }: Reply) {
  const { date: _date, ...rest } = headers
  return { status, headers: rest, text }
}

describe.each(rows)("$name", ({ route, row }) => {
  let server: NativeServer
  let stage: Stage
  beforeAll(async () => {
    server = await openNative()
    stage = await setStage(server)
  })
  afterAll(() => server.close())

  /** Makes a call, and sees to it that a refusal leaves nothing behind and nobody is told of another organization. */
  async function call(target: Target, credential: Pick<Ask, "token" | "headers">): Promise<Reply> {
    // Wrong passwords are throttled by where they come from, and none of these cases is to wait for another.
    server.clock.advance(30_000)
    const [path, asked] = row.call(target)
    const before = await server.written()
    const headers = { "x-request-id": requestId, ...asked?.headers, ...credential.headers }
    const reply = await server.ask(path, { ...asked, ...credential, headers })
    // A sign-in that is refused is recorded, and nothing else is.
    const recorded = reply.json?.code === "sign_in_refused" ? 1 : 0
    if (reply.status >= 400) expect(await server.written(), reply.text).toBe(before + recorded)
    const { organizationId, keyspaceId, keyId, taskId, userId, serviceAccountId } = stage.foreign
    for (const id of [organizationId, keyspaceId, keyId, taskId, userId, serviceAccountId]) {
      expect(reply.text).not.toContain(id)
    }
    // No more than a few tasks can be running at a time.
    await server.workOnTasks()
    return reply
  }

  test("is open to everyone, or to nobody without a credential", async () => {
    const caller = await newCaller(server, "owner")
    const theirs = callees.map((callee) => newTarget(server, stage, caller, callee))
    const targets = [...(await Promise.all(theirs)), stage.foreign, stage.unknown]
    const open = route.permission === undefined && !route.byHolder
    const answers = []
    for (const target of targets) answers.push(told(await call(target, { token: null })))
    for (const answer of answers) {
      expect(answer).toEqual(answers[0])
      expect(answer.status).toBe(open ? row.own[0] : 401)
    }
  })

  describe.each(credentialKinds)("with $name", (kind) => {
    test.each(kind.callers)("of: %s", async (name) => {
      const at = callers.indexOf(name)
      const own = (kind.name === "a session" && row.ownSignedIn) || row.own
      const callUpon = async (callee: Callee | "foreign" | "unknown") => {
        const caller = await newCaller(server, name)
        const target =
          callee === "foreign" || callee === "unknown"
            ? // A new key belongs to the caller: only its keyspace is not there.
              { ...stage[callee], owner: ownerOf(caller) }
            : await newTarget(server, stage, caller, callee)
        return call(target, await kind.of(server, caller))
      }
      const missing = row.missing ? await callUpon("unknown") : null
      if (missing) {
        expect(missing.status, missing.text).toBe(row.missing?.[at])
        expect(told(await callUpon("foreign"))).toEqual(told(missing))
      }
      const lines = { own, others: row.others, owners: row.owners }
      for (const callee of callees) {
        const status = lines[callee]?.[at] ?? null
        if (status === null) continue
        const reply = await callUpon(callee)
        expect(reply.status, `${callee}: ${reply.text}`).toBe(status)
        // What they may not know of is as unknown as what is not there.
        if (status === 404) expect(told(reply)).toEqual(missing && told(missing))
      }
    })
  })
})
