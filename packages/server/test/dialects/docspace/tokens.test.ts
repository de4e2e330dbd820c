import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { gather } from "../../../../../tests/evidence.ts"
import type { Keyward } from "../../../src/keyward.ts"
import { createLogger } from "../../../src/logger.ts"
import { assembleOpenId } from "../../../src/openid/openid.ts"
import {
  audience,
  forge,
  openTestProvider,
  type SigningKey,
  signingKey,
  type TestProvider,
} from "../../openid/test-provider.ts"
import { engines } from "../dialect-server.ts"
import { bearer, openPortal, type Portal, refusal } from "./portal.ts"

// JWTs of the configured provider as credentials: whom they stand for, and what their scopes open.

let signing: SigningKey
let provider: TestProvider
let portal: Portal

beforeAll(async () => {
  signing = await signingKey("rsa-1", "RS256")
  provider = await openTestProvider({ keys: [signing] })
})
afterAll(() => provider.close())
beforeEach(() => provider.behave("normal"))
afterEach(() => portal.close())

function openIdOf({ deps }: Keyward) {
  const write = (text: string) => gather({ source: "a log in process", text })
  return assembleOpenId(
    {
      issuer: provider.issuer,
      audience,
      algorithms: ["RS256"],
      clockSkewMs: 30_000,
      timeoutMs: 300,
      organization: { kind: "claim", path: "organization" },
      roles: null,
      signIn: null,
    },
    deps,
    createLogger("warn", { write }),
  )
}

async function open(engine: (typeof engines)[number], guessLimit = 0): Promise<void> {
  portal = await openPortal({ engine, guessLimit, openId: openIdOf })
  portal.server.advance((Date.now() - portal.server.clock.now()) / 1000)
}

async function token(changed: Readonly<Record<string, unknown>> = {}) {
  const now = Math.floor(portal.server.clock.now() / 1000)
  const claims = {
    iss: provider.issuer,
    aud: audience,
    sub: "5b1c1e0c",
    email: portal.server.member.email,
    email_verified: true,
    organization: portal.server.organization.id,
    scope: "openid *:write",
    iat: now,
    exp: now + 3600,
    ...changed,
  }
  return bearer(await forge(signing, claims))
}

/** The statuses of creating, listing and @self. */
async function statuses(changed: Readonly<Record<string, unknown>> = {}): Promise<number[]> {
  const who = await token(changed)
  const replies = [await portal.create(who), await portal.list(who), await portal.self(who)]
  for (const { status, text } of replies) if (status === 401 || status === 403) expect(text).toBe("")
  return replies.map(({ status }) => status)
}

describe.each(engines)("a JWT as credential, %s", (engine) => {
  test("stands for the user with its address, as far as its scopes reach", async () => {
    await open(engine)
    const who = await token()
    const { status, json } = await portal.create(who)
    expect([status, json.response.createBy.id]).toEqual([200, portal.server.member.id])
    expect((await portal.list(portal.member)).json.response[0].id).toBe(json.response.id)

    expect(await statuses({ scope: "*" })).toEqual([200, 200, 400])
    expect(await statuses({ scope: ["*:write"] })).toEqual([200, 200, 400])
    expect(await statuses({ scope: "openid *:read files:write" })).toEqual([403, 200, 400])
    expect(await statuses({ scope: "files:read rooms:write" })).toEqual([403, 403, 400])
    expect(await statuses({ scope: "openid" })).toEqual([403, 403, 400])
    expect(await statuses({ scope: undefined })).toEqual([403, 403, 400])
  })

  test("is nobody's that is no user's of the organization, or proves nothing", async () => {
    await open(engine)
    const nobody = [401, 401, 401]
    expect(await statuses({ email: "stranger@example.com" })).toEqual(nobody)
    expect(await statuses({ email_verified: false })).toEqual(nobody)
    expect(await statuses({ organization: portal.server.other.organization.id })).toEqual(nobody)
    expect(await statuses({ aud: "another" })).toEqual(nobody)
    const now = Math.floor(portal.server.clock.now() / 1000)
    expect(await statuses({ iat: now - 7200, exp: now - 3600 })).toEqual(nobody)
    await portal.server.keyward.authority.suspend(portal.server.system, "user", portal.server.member.id)
    expect(await statuses()).toEqual(nobody)
  })

  test("is worth no more than the user is", async () => {
    await open(engine)
    const auditor = await token({ email: portal.server.auditor.email })
    expect((await portal.create(auditor)).json).toEqual(refusal(403, "Access denied"))
    expect((await portal.list(auditor)).status).toBe(200)
    const theirs = await portal.key(portal.admin)
    expect((await portal.update(await token(), theirs.id, { name: "Mine" })).json.response).toBe(false)
  })

  test("cannot be judged while the provider is away", async () => {
    await open(engine)
    provider.behave("down")
    const { status, headers } = await portal.list(await token())
    expect(status).toBe(503)
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0)
  })
})

test("without a provider no JWT is anybody's", async () => {
  portal = await openPortal({ engine: "sqlite" })
  expect((await portal.list(await token())).status).toBe(401)
})
