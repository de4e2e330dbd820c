import { expect } from "vitest"
import type { AuditEvent } from "../src/audit/event.ts"
import { type Authority, createAuthority } from "../src/authority/authority.ts"
import type { Caller } from "../src/authority/caller.ts"
import type { AuthorityDeps, ChangeNotice } from "../src/authority/deps.ts"
import { type CreatedOrganization, createOrganization, systemCaller } from "../src/authority/organizations.ts"
import { AuthorityError, type Failure } from "../src/failure.ts"
import { Peppers } from "../src/key/digest.ts"
import type { Key } from "../src/key/key.ts"
import { Sealer } from "../src/key/sealing.ts"
import type { Keyspace } from "../src/keyspace.ts"
import type { Owner } from "../src/owner.ts"
import { Holdings } from "../src/permission/holdings.ts"
import { PermissionSet } from "../src/permission/set.ts"
import type { User } from "../src/principal.ts"
import { openMemoryStore } from "../src/store/memory.ts"
import type { Store } from "../src/store/store.ts"
import type { Instant } from "../src/time.ts"
import { compileSubject, managementHoldings, rolePermissions } from "../src/verification/subject.ts"
import { seededEntropy } from "./chance.ts"
import { countingHasher } from "./counting-hasher.ts"

export const start = 1_782_948_649_068 as Instant

/** An authority over a memory store, with a clock and chance that the test moves, and two organizations. */
export interface House {
  readonly deps: AuthorityDeps
  readonly authority: Authority
  readonly notices: ChangeNotice[]
  readonly clock: { now(): Instant; advance(ms: number): void }
  readonly acme: CreatedOrganization
  readonly other: CreatedOrganization
  /** Whoever may do everything in acme. */
  readonly admin: Caller
  /** A keyspace of acme with `invoices.read`, `invoices.write`, `payments.read` and the role `reader`. */
  readonly keyspace: Keyspace
  /** The same, recoverable. */
  readonly recoverable: Keyspace
  /** A keyspace of the other organization. */
  readonly foreign: Keyspace
}

function clockAt(instant: Instant): House["clock"] {
  let now = instant
  return {
    now: () => now,
    advance(ms) {
      now = (now + ms) as Instant
    },
  }
}

export function newDeps(store: Store = openMemoryStore(), notices: ChangeNotice[] = []) {
  const clock = clockAt(start)
  const entropy = seededEntropy(1)
  const deps: AuthorityDeps = {
    store,
    clock,
    entropy,
    peppers: new Peppers(new Map([[1, new Uint8Array(32).fill(1)]])),
    sealer: new Sealer(new Map([[1, new Uint8Array(32).fill(2)]]), entropy),
    passwords: countingHasher(),
    sessionLifetime: { idleMs: 60 * 60_000, absoluteMs: 12 * 60 * 60_000 },
    changes: { changed: (notice) => notices.push(notice) },
  }
  return { deps, clock }
}

export async function openHouse(): Promise<House> {
  const notices: ChangeNotice[] = []
  const { deps, clock } = newDeps(undefined, notices)
  const authority = createAuthority(deps)
  const organization = (name: string) =>
    createOrganization(deps, {
      name,
      admin: { email: `admin@${name}.test`, displayName: "Admin", passwordHash: "$argon2id$hash-of-admin" },
    })
  const acme = await organization("acme")
  const other = await organization("other")
  const admin = systemCaller(acme.organization.id)
  const catalog = {
    permissions: ["invoices.read", "invoices.write", "payments.read"].map((name) => ({
      name,
      description: "",
    })),
    roles: [{ name: "reader", description: "", permissions: ["invoices.read"] }],
  }
  return {
    deps,
    authority,
    notices,
    clock,
    acme,
    other,
    admin,
    keyspace: await authority.createKeyspace(admin, { name: "Invoices", prefix: "acme_live", ...catalog }),
    recoverable: await authority.createKeyspace(admin, {
      name: "Recoverable",
      prefix: "acme_safe",
      retention: "recoverable",
      ...catalog,
    }),
    foreign: await authority.createKeyspace(systemCaller(other.organization.id), {
      name: "Invoices",
      prefix: "other_live",
      ...catalog,
    }),
  }
}

/** A caller of acme that holds exactly these grants. */
export function callerWith(house: House, ...grants: string[]): Caller {
  return {
    organizationId: house.acme.organization.id,
    actor: { kind: "external", id: "someone", credential: null, address: "203.0.113.7", userAgent: "test" },
    holds: new Holdings([new PermissionSet(grants)]),
    requestId: "request-1",
  }
}

/** A user or service account of acme with these roles, as a caller with all that the roles grant now. */
export async function callerAs(house: House, { kind, id }: Owner): Promise<Caller> {
  const principal = await house.deps.store.principal(house.admin.organizationId, id)
  if (principal?.kind !== kind) throw new Error(`There is no such ${kind}.`)
  const management = await managementOf(house)
  return {
    ...callerWith(house),
    actor: { ...callerWith(house).actor, kind, id },
    holds: new Holdings([rolePermissions(principal.roles, management)]),
  }
}

/** A caller of acme who presents this management key, as the HTTP edge makes one. */
export async function callerBy(house: House, { id }: Key): Promise<Caller> {
  const { store } = house.deps
  const key = await store.key(house.admin.organizationId, id)
  const secret = key?.secrets[0]
  const stored = secret && (await store.subject([secret]))
  if (!stored) throw new Error("There is no such key.")
  const { owner } = stored.key
  return {
    ...callerWith(house),
    actor: { ...callerWith(house).actor, ...owner, credential: { kind: "key", id } },
    holds: managementHoldings(compileSubject(stored, await managementOf(house))),
  }
}

async function managementOf({ deps, acme }: House): Promise<Keyspace> {
  const { id, organizationId } = acme.managementKeyspace
  return (await deps.store.keyspace(organizationId, id)) ?? acme.managementKeyspace
}

let people = 0

/** A new user of acme with these roles. */
export function newUser(house: House, ...roles: string[]): Promise<User> {
  people++
  return house.authority.createUser(house.admin, {
    email: `user-${people}@acme.test`,
    displayName: `User ${people}`,
    roles,
  })
}

/** The failure with which a call was refused. Anything else it does, a success included, fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => new Error("It was not refused."),
    (cause: unknown) => cause,
  )
  if (!(error instanceof AuthorityError)) throw error
  return error.failure
}

export async function refused(call: Promise<unknown>, code: Failure["code"]): Promise<void> {
  expect((await failureOf(call)).code).toBe(code)
}

/** The whole audit trail of an organization, oldest first. */
export async function trailOf(house: House, organizationId: string): Promise<readonly AuditEvent[]> {
  const page = { limit: 100_000, after: null, ascending: true }
  return (await house.deps.store.auditEvents(organizationId, {}, page)).items
}
