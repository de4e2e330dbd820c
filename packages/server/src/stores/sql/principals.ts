import {
  demandPosition,
  type Page,
  type PageOf,
  type Principal,
  type PrincipalFilter,
  type PrincipalPosition,
  principalMatches,
  principalOrder,
  principalPositionOf,
  type User,
} from "@keyward/core"
import type { Kysely } from "kysely"
import { principalOf, userOf } from "./principal-rows.ts"
import { scanned } from "./scan.ts"
import type { PrincipalRow, Schema } from "./schema.ts"
import { afterPrefix } from "./text.ts"

export async function principal(
  db: Kysely<Schema>,
  organizationId: string,
  id: string,
): Promise<Principal | null> {
  const row = await present(db, organizationId).where("id", "=", id).executeTakeFirst()
  return row ? principalOf(row) : null
}

export async function principalByAlias(
  db: Kysely<Schema>,
  organizationId: string,
  alias: number,
): Promise<Principal | null> {
  const row = await present(db, organizationId).where("alias", "=", alias).executeTakeFirst()
  return row ? principalOf(row) : null
}

export async function userByEmail(
  db: Kysely<Schema>,
  organizationId: string,
  email: string,
): Promise<User | null> {
  const row = await present(db, organizationId).where("email", "=", email).executeTakeFirst()
  return row ? userOf(row) : null
}

export async function userWasRemoved(
  db: Kysely<Schema>,
  organizationId: string,
  email: string,
): Promise<boolean> {
  const row = await db
    .selectFrom("principals")
    .select("id")
    .where("organization_id", "=", organizationId)
    .where("removed_at", "is not", null)
    .where("email", "=", email)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function principals(
  db: Kysely<Schema>,
  organizationId: string,
  filter: PrincipalFilter,
  { limit, after }: Page<PrincipalPosition>,
): Promise<PageOf<Principal, PrincipalPosition>> {
  const order = principalOrder(filter)
  demandPosition(order, after)
  const lead = leadOf(db, organizationId, filter)
  return scanned<Principal, PrincipalPosition>({
    limit,
    after,
    fetch: async (position, count) => (await lead(position, count)).map(principalOf),
    matches: (found) => principalMatches(found, filter),
    position: (found) => principalPositionOf(found, order),
  })
}

/** Counts no further than to `most`. */
export async function activeUsersWithRole(
  db: Kysely<Schema>,
  organizationId: string,
  role: string,
  most: number,
): Promise<number> {
  const counted = await db
    .selectFrom((from) =>
      from
        .selectFrom("principal_roles")
        .select("principal_id")
        .where("organization_id", "=", organizationId)
        .where("role", "=", role)
        .where("kind", "=", "user")
        .where("suspended_at", "is", null)
        .limit(most)
        .as("active"),
    )
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow()
  return counted.count
}

/** Reads the next rows after a position, in the filter's order, at most `count`. */
type Lead = (after: PrincipalPosition | null, count: number) => Promise<PrincipalRow[]>

/** The index that leads a list, as `key-leads.ts` has them for keys. */
function leadOf(db: Kysely<Schema>, organizationId: string, filter: PrincipalFilter): Lead {
  if (filter.emailPrefix !== undefined) return byEmail(db, organizationId, filter.emailPrefix)
  if (filter.role !== undefined) return byRole(db, organizationId, filter.role)
  return byAge(db, organizationId, filter)
}

function byEmail(db: Kysely<Schema>, organizationId: string, prefix: string): Lead {
  const end = afterPrefix(prefix)
  return (after, count) => {
    let query = present(db, organizationId).where("email", ">=", prefix)
    if (end !== null) query = query.where("email", "<", end)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("email", "id"), ">", tuple(String(after.value), after.id)),
      )
    }
    return query.orderBy("email").orderBy("id").limit(count).execute()
  }
}

function byRole(db: Kysely<Schema>, organizationId: string, role: string): Lead {
  return (after, count) => {
    let query = db
      .selectFrom("principal_roles")
      .innerJoin("principals", "principals.id", "principal_roles.principal_id")
      .selectAll("principals")
      .where("principal_roles.organization_id", "=", organizationId)
      .where("principal_roles.role", "=", role)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("principal_roles.created_at", "principal_roles.principal_id"),
          "<",
          tuple(Number(after.value), after.id),
        ),
      )
    }
    return query
      .orderBy("principal_roles.created_at", "desc")
      .orderBy("principal_roles.principal_id", "desc")
      .limit(count)
      .execute()
  }
}

function byAge(db: Kysely<Schema>, organizationId: string, { kind }: PrincipalFilter): Lead {
  return (after, count) => {
    let query = present(db, organizationId)
    if (kind !== undefined) query = query.where("kind", "=", kind)
    if (after) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("created_at", "id"), "<", tuple(Number(after.value), after.id)),
      )
    }
    return query.orderBy("created_at", "desc").orderBy("id", "desc").limit(count).execute()
  }
}

/** Those who are not removed. */
function present(db: Kysely<Schema>, organizationId: string) {
  return db
    .selectFrom("principals")
    .selectAll()
    .where("organization_id", "=", organizationId)
    .where("removed_at", "is", null)
}
