import { type Static, Type } from "typebox"
import { bounds } from "../bounds.ts"
import { route } from "../route.ts"
import { input, list, nullable, oneOf, secretMark } from "../schema.ts"
import { outcomes } from "./outcome.ts"
import { grants, id, idInput, Limit, Owner, permissionQuery, timestamp } from "./value.ts"

export const verificationChecks = [
  "shape",
  "guess_throttle",
  "lookup",
  "state",
  "owner",
  "client_ip",
  "origin",
  "permissions",
  "limits",
  "credits",
] as const

export type VerificationInput = Static<typeof VerificationInput>
export const VerificationInput = input(
  {
    key: Type.String({
      description: "The key text, as its holder presented it.",
      minLength: 1,
      maxLength: bounds.keyTextLength,
      [secretMark]: true,
    }),
    permissions: Type.Optional(
      permissionQuery("What the key must hold. Absent: asks only whether the key is live."),
    ),
    keyspace_id: Type.Optional(idInput("Only keys of this keyspace; every other one is NOT_FOUND.")),
    client_ip: Type.Optional(
      Type.String({
        description: "The client's IP address. A key that is bound to addresses is refused without one.",
        minLength: 1,
        maxLength: bounds.addressLength,
      }),
    ),
    origin: Type.Optional(
      Type.String({
        description: "The client's origin. A key that is bound to origins is refused without one.",
        minLength: 1,
        maxLength: bounds.originLength,
      }),
    ),
    cost: Type.Optional(
      Type.Integer({
        description:
          "Units that it consumes of each limit, and of the key's credits; 0 asks without consuming.",
        minimum: 0,
        maximum: bounds.verification.cost,
        default: 1,
      }),
    ),
    explain: Type.Optional(
      Type.Boolean({ description: "Whether the answer has the trace of the decision.", default: false }),
    ),
    dry_run: Type.Optional(
      Type.Boolean({
        description: "Whether to decide only: nothing is consumed and nothing recorded.",
        default: false,
      }),
    ),
  },
  { title: "VerificationInput", description: "One presented secret, and under what circumstances." },
)

export type LimitStatus = Static<typeof LimitStatus>
export const LimitStatus = Type.Object(
  {
    ...Limit.properties,
    remaining: Type.Integer({ description: "Units that could still be consumed now.", minimum: 0 }),
    reset_seconds: Type.Integer({
      description: "Until all of `count` is there again, if nothing more is consumed; rounded up.",
      minimum: 0,
    }),
    retry_after_seconds: Type.Integer({
      description: "Until the refused cost would fit; rounded up, 0 when this limit did not refuse.",
      minimum: 0,
    }),
  },
  { title: "LimitStatus", description: "What is left of a limit." },
)

export type CreditStatus = Static<typeof CreditStatus>
export const CreditStatus = Type.Object(
  {
    remaining: nullable(
      Type.Integer({ minimum: 0 }),
      "Credits that are left; null: the store did not answer, `on_unavailable` is `allow`, and nothing was counted.",
    ),
    refills_at: nullable(timestamp("The next refill; null: there is none, or it is not known.")),
  },
  {
    title: "CreditStatus",
    description: "What is left of the key's credits; absent where it has none, or they were not asked.",
  },
)

export type Verification = Static<typeof Verification>
export const Verification = Type.Object(
  {
    valid: Type.Boolean({ description: "Whether the outcome is VALID. Reject whatever is not." }),
    code: oneOf(outcomes, { description: "The outcome." }),
    key_id: nullable(id("The key; null: none was found.")),
    keyspace_id: nullable(id("Its keyspace; null: no key was found.")),
    owner: nullable(Owner, "Whom the key acts for; null: no key was found."),
    name: nullable(Type.String(), "The key's name; null: no key was found."),
    permissions: grants("What the key is granted and denied, its roles included."),
    expires_at: nullable(timestamp("When the key expires; null: never, or no key was found.")),
    limits: list(LimitStatus, {
      description: "What is left of each limit; empty unless the limits were asked.",
    }),
    credits: Type.Optional(CreditStatus),
    missing_permissions: Type.Optional(
      list(Type.String(), {
        description: "Only with INSUFFICIENT_PERMISSIONS: grants that would have been enough.",
      }),
    ),
    retry_after_seconds: Type.Optional(
      Type.Integer({
        description:
          "Only with RATE_LIMITED, and with USAGE_EXCEEDED where a refill is to come: when to try again; rounded up.",
        minimum: 0,
      }),
    ),
    trace: Type.Optional(
      list(
        Type.Object({
          check: oneOf(verificationChecks, { description: "What was checked." }),
          result: oneOf(["passed", "refused", "skipped"], { description: "How it went." }),
          detail: Type.String({ description: "The same in a sentence." }),
        }),
        {
          description:
            "Only with `explain`: the decision, in order; the first check that refuses is the last.",
        },
      ),
    ),
  },
  {
    title: "Verification",
    description: "The decision on one presented secret. A refused key is an answer, not an error.",
  },
)

export const verifyKey = route({
  operationId: "verifyKey",
  method: "POST",
  path: "/v1/keys/verify",
  tag: "Verification",
  summary: "Is this secret a live key, and may it do this?",
  description: "The answer is 200 whatever the outcome; HTTP errors are about the caller.",
  permission: "keys.verify",
  repeatable: true,
  tellsOfEnd: true,
  body: VerificationInput,
  answers: { 200: { description: "The decision.", schema: Verification } },
  problems: [],
})

export const verifyKeys = route({
  operationId: "verifyKeys",
  method: "POST",
  path: "/v1/keys/verify-batch",
  tag: "Verification",
  summary: "Verify many secrets at once",
  description: "Each is decided on its own, in the order given.",
  permission: "keys.verify",
  repeatable: true,
  body: input(
    {
      keys: list(VerificationInput, {
        description: "The presented secrets.",
        minItems: 1,
        maxItems: bounds.verification.batch,
      }),
    },
    { title: "VerificationBatch" },
  ),
  bodyMaximum: bounds.largeBodyBytes,
  answers: {
    200: {
      description: "One decision for each.",
      schema: Type.Object(
        { results: list(Verification, { description: "In the order of `keys`." }) },
        { title: "VerificationResults" },
      ),
    },
  },
  problems: [],
})

export const checkKey = route({
  operationId: "checkKey",
  method: "GET",
  path: "/v1/check",
  tag: "Verification",
  summary: "For gateways: may the holder of this key pass?",
  description:
    "Decides on the key that the request itself carries, for nginx auth_request, Envoy ext_authz, Traefik forwardAuth and Caddy forward_auth. The gateway must strip the client's own copies of the X-Keyward headers.",
  byHolder: true,
  tellsOfEnd: true,
  query: input({
    permissions: Type.Optional(permissionQuery("What the key must hold.")),
    keyspace_id: Type.Optional(idInput("Only keys of this keyspace.")),
  }),
  answers: {
    200: {
      description: "The holder may pass.",
      schema: null,
      headers: {
        "X-Keyward-Key-Id": Type.String({ description: "The key." }),
        "X-Keyward-Keyspace-Id": Type.String({ description: "Its keyspace." }),
        "X-Keyward-Organization-Id": Type.String({ description: "Its organization." }),
        "X-Keyward-Owner": Type.String({
          description: "Whom the key acts for: the kind, a colon, and the id, percent-encoded.",
        }),
        "X-Keyward-Permissions": Type.String({
          description: "What the key is granted and denied, separated by spaces.",
        }),
      },
    },
  },
  problems: ["key_forbidden"],
})

export type Self = Static<typeof Self>
export const Self = Type.Object(
  {
    key_id: id("The key's id."),
    organization_id: id("Its organization."),
    keyspace_id: id("Its keyspace."),
    owner: Owner,
    name: Type.String({ description: "Its name." }),
    permissions: grants("What the key is granted and denied, its roles included."),
    limits: list(Limit, { description: "Its limits, its keyspace's included." }),
    credits: nullable(CreditStatus, "What it has to spend; null: its use is not counted."),
    not_before: nullable(timestamp("From when the key is valid; null: from the start.")),
    expires_at: nullable(timestamp("From when the key is expired; null: never.")),
    created_at: timestamp("When it was created."),
    secret_version: Type.Integer({ description: "Which version of its secret was presented.", minimum: 1 }),
    secret_expires_at: nullable(timestamp("When that version stops working; null: with the key.")),
  },
  { title: "Self", description: "What the holder of a key may know of it." },
)

export const readSelf = route({
  operationId: "readSelf",
  method: "GET",
  path: "/v1/self",
  tag: "Verification",
  summary: "Which key is this?",
  description: "Tells the holder of any key about that key.",
  byHolder: true,
  tellsOfEnd: true,
  answers: { 200: { description: "The key that asks.", schema: Self } },
  problems: [],
})
