import { Ajv } from "ajv"
import { expect, test } from "vitest"
import {
  bounds,
  commonProblems,
  createKey,
  KeyPatch,
  NewKey,
  NewKeyspace,
  nativeRoutes,
  RevocationInput,
  type Route,
  readHealth,
  readSelf,
  schemaKeywords,
  secretMembers,
  takesIdempotencyKey,
  updateKey,
  VerificationInput,
} from "../src/index.ts"

const routes: readonly Route[] = nativeRoutes
const ajv = new Ajv({
  strict: true,
  formats: { "date-time": true, duration: true },
  keywords: [...schemaKeywords],
})

/** Everything in a schema that is a schema itself, with the way to it. */
function* schemasIn(schema: unknown, way: string): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof schema !== "object" || schema === null) return
  const { properties, items, oneOf } = schema as Record<string, unknown>
  yield [way, schema as Record<string, unknown>]
  for (const variant of Array.isArray(oneOf) ? oneOf : []) yield* schemasIn(variant, way)
  for (const [name, member] of Object.entries(properties ?? {})) yield* schemasIn(member, `${way}.${name}`)
  yield* schemasIn(items, `${way}[]`)
}

const sent = routes.flatMap((route) =>
  [route.params, route.query, route.headers, route.body].flatMap((part) => [
    ...schemasIn(part, route.operationId),
  ]),
)
const typesOf = (schema: Record<string, unknown>) => [schema["type"]].flat()

test("these members hold secrets, and no others", () => {
  expect(secretMembers(routes)).toEqual([
    "inviteUser 201 url_path",
    "inviteUser 201 token",
    "offerPasswordReset 201 url_path",
    "offerPasswordReset 201 token",
    "signIn 201 token",
    "signIn body password",
    "changePassword body current_password",
    "changePassword body new_password",
    "acceptLink body token",
    "acceptLink body password",
    "createKey 201 secret",
    "revealKey 200 secret",
    "rotateKey 200 secret",
    "verifyKey body key",
    "verifyKeys body keys[].key",
  ])
})

test("everything that is sent has a limit", () => {
  const unlimited = sent.filter(([, schema]) => {
    if (schema["enum"] !== undefined) return false
    const types = typesOf(schema)
    if (types.includes("string")) return schema["maxLength"] === undefined && schema["pattern"] === undefined
    if (types.includes("array")) return schema["maxItems"] === undefined
    if (types.includes("integer") || types.includes("number")) {
      return schema["minimum"] === undefined || schema["maximum"] === undefined
    }
    return false
  })
  expect(sent.length).toBeGreaterThan(100)
  expect(unlimited.map(([way]) => way)).toEqual([])
})

test("an undeclared member is refused in every body and query; metadata is the caller's own", () => {
  const parts = routes.flatMap((route) =>
    [route.query, route.body].flatMap((part) => [...schemasIn(part, route.operationId)]),
  )
  // A choice of objects is as closed as they are.
  const open = parts.filter(
    ([, schema]) =>
      typesOf(schema).includes("object") &&
      schema["additionalProperties"] !== false &&
      schema["oneOf"] === undefined,
  )
  expect(open.map(([way]) => way)).toEqual(["createKey.metadata", "updateKey.metadata"])
  expect(ajv.validate(NewKey, { keyspace_id: "k", name: "n" })).toBe(true)
  expect(ajv.validate(NewKey, { keyspace_id: "k", name: "n", expiresAt: null })).toBe(false)
})

test("a change has no defaults: an absent member stays as it is", () => {
  const defaults = [...schemasIn(KeyPatch, "KeyPatch")].filter(([, schema]) => "default" in schema)
  expect(defaults).toEqual([])
  expect(ajv.validate(KeyPatch, {})).toBe(true)
})

test("null clears only where clearing has a meaning", () => {
  const cleared = [
    "permissions",
    "roles",
    "tags",
    "metadata",
    "limits",
    "allowed_addresses",
    "allowed_origins",
  ]
  for (const member of [...cleared, "not_before", "expires_at"]) {
    expect(ajv.validate(KeyPatch, { [member]: null }), member).toBe(true)
  }
  for (const member of ["name", "owner", "enabled"]) {
    expect(ajv.validate(KeyPatch, { [member]: null }), member).toBe(false)
  }
})

test.each([
  [
    "a name of characters",
    NewKey,
    (n: number) => ({ keyspace_id: "k", name: "n".repeat(n) }),
    bounds.nameLength,
  ],
  [
    "a key text of characters",
    VerificationInput,
    (n: number) => ({ key: "k".repeat(n) }),
    bounds.keyTextLength,
  ],
  ["a cost", VerificationInput, (n: number) => ({ key: "k", cost: n }), bounds.verification.cost],
  ["tags", KeyPatch, (n: number) => ({ tags: Array(n).fill("t") }), bounds.key.tags],
  ["a note of characters", RevocationInput, (n: number) => ({ note: "n".repeat(n) }), bounds.noteLength],
  ["a prefix of characters", NewKeyspace, (n: number) => ({ name: "n", prefix: "p".repeat(n) }), 32],
] as const)("takes %s up to the limit, and no more", (_what, schema, make, most) => {
  expect([1, most, most + 1].map((n) => ajv.validate(schema, make(n)))).toEqual([true, true, false])
})

test("every call that creates can be repeated with an Idempotency-Key, but for sign-in", () => {
  const creating = routes.filter(({ method, answers }) => method === "POST" && answers[201])
  const repeatable = routes.filter(takesIdempotencyKey)
  expect(repeatable.map(({ operationId }) => operationId).toSorted()).toEqual(
    [
      ...creating.map(({ operationId }) => operationId).filter((name) => name !== "signIn"),
      "rotateKey",
      "addKeyCredits",
    ].toSorted(),
  )
  for (const route of repeatable) {
    expect(commonProblems(route)).toEqual(
      expect.arrayContaining(["idempotency_key_reused", "idempotency_in_progress"]),
    )
  }
})

test("what a route is decides what it can refuse", () => {
  expect(commonProblems(readHealth)).toEqual(["bad_request", "invalid_input", "internal_error"])
  expect(commonProblems(readSelf)).toContain("key_refused")
  expect(commonProblems(readSelf)).not.toContain("credential_invalid")
  expect(commonProblems(createKey)).toEqual(
    expect.arrayContaining(["malformed_json", "body_too_large", "permission_denied", "credential_invalid"]),
  )
  expect(updateKey.bodyTypes).toEqual(["application/merge-patch+json", "application/json"])
})
