import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Key, Secret } from "../src/key/key.ts"
import { type Keyspace, openPolicy } from "../src/keyspace.ts"
import { decideLimit } from "../src/limit/gcra.ts"
import type { Limit } from "../src/limit/limit.ts"
import { parseQuery } from "../src/permission/query.ts"
import type { OwnerState } from "../src/principal.ts"
import type { Instant } from "../src/time.ts"
import { type Circumstances, decide, type TraceStep } from "../src/verification/decide.ts"
import { type Outcome, outcomes } from "../src/verification/outcome.ts"
import { compileSubject } from "../src/verification/subject.ts"

const now = 1_782_948_649_068 as Instant
const soon = (now + 1) as Instant

const keyspace: Keyspace = {
  id: "keyspace",
  organizationId: "organization",
  kind: "standard",
  name: "Invoices",
  description: "",
  format: "native",
  prefix: "acme",
  retention: "digest",
  permissions: [
    { name: "invoices.read", description: "" },
    { name: "invoices.write", description: "" },
  ],
  roles: [
    { name: "reader", description: "", permissions: ["invoices.read"] },
    { name: "restricted", description: "", permissions: ["!invoices.write"] },
  ],
  limits: [
    { name: "minute", count: 3, windowSeconds: 60 },
    { name: "day", count: 100, windowSeconds: 86_400 },
  ],
  policy: openPolicy,
  rotation: null,
  createdAt: now,
  updatedAt: now,
  revision: 1,
}
const secret: Secret = {
  version: 1,
  digest: "d",
  pepperVersion: 1,
  hint: { start: "", end: "" },
  sealed: null,
  createdAt: now,
  expiresAt: null,
  lastUsedAt: null,
  lastUsedFrom: null,
}
const key: Key = {
  id: "key",
  alias: 1,
  organizationId: "organization",
  keyspaceId: "keyspace",
  owner: { kind: "organization", id: "organization" },
  name: "x",
  permissions: ["invoices.read"],
  roles: [],
  tags: [],
  metadata: {},
  limits: [],
  credits: null,
  allowedAddresses: ["203.0.113.0/24"],
  allowedOrigins: ["https://app.example.com"],
  notBefore: null,
  expiresAt: null,
  rotation: null,
  disabledAt: null,
  revokedAt: null,
  revocation: null,
  deleteProtected: false,
  deletedAt: null,
  createdAt: now,
  updatedAt: now,
  revision: 1,
  lastUsedAt: null,
  secrets: [secret],
}

const owner: OwnerState = { id: "user", suspended: false, roles: ["member"], revision: 1 }

interface Situation {
  readonly key: Key
  readonly owner: OwnerState | null
  readonly asked: Circumstances
}
const query = (text: string) => {
  const parsed = parseQuery(text)
  if ("error" in parsed) throw new Error(parsed.error)
  return parsed
}
const fine: Situation = {
  key,
  owner: null,
  asked: {
    now,
    permissions: query("invoices.read"),
    clientIp: "203.0.113.7",
    origin: "https://app.example.com",
    cost: 1,
    consumed: () => null,
  },
}
function decided({ key, owner, asked }: Situation, trace?: TraceStep[]) {
  return decide(compileSubject({ key, secretVersion: 1, owner }, keyspace), asked, trace)
}

/** What can be wrong, in the order in which it is to be noticed. */
const causes: readonly { outcome: Outcome; check: string; on: (situation: Situation) => Situation }[] = [
  { outcome: "REVOKED", check: "state", on: (s) => ({ ...s, key: { ...s.key, revokedAt: now } }) },
  { outcome: "DISABLED", check: "state", on: (s) => ({ ...s, key: { ...s.key, disabledAt: now } }) },
  { outcome: "NOT_YET_VALID", check: "state", on: (s) => ({ ...s, key: { ...s.key, notBefore: soon } }) },
  { outcome: "EXPIRED", check: "state", on: (s) => ({ ...s, key: { ...s.key, expiresAt: now } }) },
  {
    outcome: "EXPIRED",
    check: "state",
    on: (s) => ({ ...s, key: { ...s.key, secrets: [{ ...secret, expiresAt: now }] } }),
  },
  { outcome: "OWNER_SUSPENDED", check: "owner", on: (s) => ({ ...s, owner: { ...owner, suspended: true } }) },
  {
    outcome: "IP_NOT_ALLOWED",
    check: "client_ip",
    on: (s) => ({ ...s, asked: { ...s.asked, clientIp: "198.51.100.1" } }),
  },
  {
    outcome: "ORIGIN_NOT_ALLOWED",
    check: "origin",
    on: (s) => ({ ...s, asked: { ...s.asked, origin: "https://evil.test" } }),
  },
  {
    outcome: "INSUFFICIENT_PERMISSIONS",
    check: "permissions",
    on: (s) => ({ ...s, asked: { ...s.asked, permissions: query("invoices.write") } }),
  },
  { outcome: "RATE_LIMITED", check: "limits", on: (s) => ({ ...s, asked: { ...s.asked, cost: 4 } }) },
]
const order = ["state", "owner", "client_ip", "origin", "permissions", "limits"]

describe("the order of checks", () => {
  test("nothing wrong is VALID, and every check is in the trace, in order", () => {
    const trace: TraceStep[] = []
    expect(decided(fine, trace).outcome).toBe("VALID")
    expect(trace.map(({ check, result }) => [check, result])).toEqual([
      ...order.map((check) => [check, "passed"]),
      ["credits", "skipped"],
    ])
  })
  test.each(causes.flatMap((first, at) => causes.slice(at).map((second) => ({ first, second }))))(
    "$first.outcome comes before $second.outcome ($second.check)",
    ({ first, second }) => {
      const trace: TraceStep[] = []
      const decision = decided(first.on(second.on(fine)), trace)
      expect(decision.outcome).toBe(first.outcome)
      expect(decision.consume).toEqual([])
      const until = order.slice(0, order.indexOf(first.check) + 1)
      expect(trace.map(({ check }) => check)).toEqual(until)
      expect(trace.map(({ result }) => result)).toEqual(
        until.map((_, index) => (index === until.length - 1 ? "refused" : "passed")),
      )
      expect(decided(first.on(second.on(fine)))).toEqual(decision)
    },
  )
  test("what does not apply is skipped, and says so", () => {
    const trace: TraceStep[] = []
    const free = {
      ...fine,
      key: { ...key, allowedAddresses: [], allowedOrigins: [] },
      asked: { ...fine.asked, permissions: null, clientIp: null, origin: null },
    }
    expect(decided(free, trace).outcome).toBe("VALID")
    expect(trace.filter(({ result }) => result === "skipped").map(({ check }) => check)).toEqual([
      "client_ip",
      "origin",
      "permissions",
      "credits",
    ])
  })
  test("whether a key with credits has enough is not decided here, and so not in the trace", () => {
    const trace: TraceStep[] = []
    const credits = { remaining: 0, refillsAt: null, refill: null, onUnavailable: "deny" } as const
    expect(decided({ ...fine, key: { ...key, credits } }, trace).outcome).toBe("VALID")
    expect(trace.map(({ check }) => check)).toEqual(order)
  })
  test("the list of outcomes is frozen: clients switch on it", () => {
    expect(outcomes.join(" ")).toBe(
      "VALID NOT_FOUND MALFORMED DISABLED REVOKED EXPIRED NOT_YET_VALID OWNER_SUSPENDED IP_NOT_ALLOWED " +
        "ORIGIN_NOT_ALLOWED INSUFFICIENT_PERMISSIONS RATE_LIMITED USAGE_EXCEEDED",
    )
  })
})

describe("client and origin", () => {
  test.each([null, "", "garbage", "203.0.113.7%eth0", "198.51.100.1"])(
    "address %j is refused",
    (clientIp) => {
      expect(decided({ ...fine, asked: { ...fine.asked, clientIp } }).outcome).toBe("IP_NOT_ALLOWED")
    },
  )
  test("the IPv4 address mapped into IPv6 is the same client", () => {
    expect(decided({ ...fine, asked: { ...fine.asked, clientIp: "::ffff:203.0.113.7" } }).outcome).toBe(
      "VALID",
    )
  })
  test.each([null, "", "null", "https://app.example.com/", "http://app.example.com"])(
    "origin %j is refused",
    (origin) => {
      expect(decided({ ...fine, asked: { ...fine.asked, origin } }).outcome).toBe("ORIGIN_NOT_ALLOWED")
    },
  )
})

describe("permissions", () => {
  const asking = (permissions: string[], roles: string[], text: string) =>
    decided({
      ...fine,
      key: { ...key, permissions, roles },
      asked: { ...fine.asked, permissions: query(text) },
    })
  test("what is not in the catalog is held by nobody, not even by *", () => {
    expect(asking(["*"], [], "invoices.write").outcome).toBe("VALID")
    expect(asking(["*"], [], "refunds.pay")).toMatchObject({
      outcome: "INSUFFICIENT_PERMISSIONS",
      missingPermissions: ["refunds.pay"],
    })
    expect(asking(["*"], [], "refunds.pay or invoices.read").outcome).toBe("VALID")
  })
  test("a role grants, and a role denies what the key grants itself", () => {
    expect(asking([], ["reader"], "invoices.read").outcome).toBe("VALID")
    expect(asking(["*"], ["restricted"], "invoices.write").outcome).toBe("INSUFFICIENT_PERMISSIONS")
    expect(asking([], ["gone"], "invoices.read").outcome).toBe("INSUFFICIENT_PERMISSIONS")
  })
})

describe("limits", () => {
  test("the key's own limit takes the place of its keyspace's of the same name", () => {
    const own = { ...fine, key: { ...key, limits: [{ name: "minute", count: 9, windowSeconds: 60 }] } }
    expect(decided(own).limits.map(({ name, count, remaining }) => [name, count, remaining])).toEqual([
      ["day", 100, 99],
      ["minute", 9, 8],
    ])
  })
  test("all or nothing: one that refuses keeps the others from being consumed, and shows them as they are", () => {
    const full = decideLimit({ name: "minute", count: 3, windowSeconds: 60 }, null, 3, now).tat
    const consumed = ({ name }: Limit) => (name === "minute" ? full : null)
    const decision = decided({ ...fine, asked: { ...fine.asked, consumed } })
    expect(decision.outcome).toBe("RATE_LIMITED")
    expect(decision.consume).toEqual([])
    expect(
      decision.limits.map(({ name, remaining, retryAfterMs }) => [name, remaining, retryAfterMs]),
    ).toEqual([
      ["minute", 0, 20_000],
      ["day", 100, 0],
    ])
  })
  test("played over time, each limit accepts what it would accept alone if the others had accepted too", () => {
    const turn = fc.record({ wait: fc.nat(40_000), cost: fc.nat(4) })
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
        const stored = new Map<string, number>()
        let at = now as number
        for (const { wait, cost } of turns) {
          at += wait
          const consumed = ({ name }: Limit) => stored.get(name) ?? null
          const decision = decided({ ...fine, asked: { ...fine.asked, now: at as Instant, cost, consumed } })
          const each = keyspace.limits.map((limit) =>
            decideLimit(limit, consumed(limit), cost, at as Instant),
          )
          expect(decision.outcome === "VALID").toBe(each.every(({ accepted }) => accepted))
          const names = decision.consume.map(({ status }) => status.name)
          expect(names).toEqual(decision.outcome === "VALID" ? ["minute", "day"] : [])
          for (const { status, tat } of decision.consume) stored.set(status.name, tat)
        }
      }),
    )
  })
})

test("a subject of a secret that the key has not is an error, not a key without expiry", () => {
  expect(() => compileSubject({ key, secretVersion: 2, owner: null }, keyspace)).toThrow(RangeError)
})

test("keys that hold different grants or roles are not taken for one another, however many there are", () => {
  const roles = [{ name: "reader", description: "", permissions: ["invoices.read"] }]
  const house: Keyspace = { ...keyspace, roles }
  const holds = (held: Pick<Key, "permissions" | "roles">) =>
    compileSubject({ key: { ...key, ...held }, secretVersion: 1, owner: null }, house).holds
  const need = (resource: string) => ({ name: "invoices.read", resource })
  for (let number = 0; number < 2500; number++) {
    const one = holds({ permissions: [`invoices.read:${number}`], roles: [] })
    expect([one.allows(need(`${number}`)), one.allows(need(`${number + 1}`))]).toEqual([true, false])
  }
  expect(holds({ permissions: [], roles: ["reader"] }).allows(need("any"))).toBe(true)
  expect(holds({ permissions: [], roles: [] }).allows(need("any"))).toBe(false)
  expect(holds({ permissions: ["invoices.read:0"], roles: [] }).allows(need("1"))).toBe(false)
})
