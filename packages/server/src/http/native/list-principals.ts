import {
  type Authority,
  type Caller,
  type Principal,
  type PrincipalFilter,
  principalOrder,
} from "@keyward/core"
import { isPrincipalPosition, pageOf, printPage } from "./page.ts"

/** A list of users, of service accounts, or of both. */
export interface PrincipalList<Who extends Principal, Printed> {
  /** Tells the lists apart: a cursor of another one is refused. */
  readonly name: "users" | "service accounts" | "members"
  /** Of what the filter lets through, everyone. */
  readonly has: (principal: Principal) => principal is Who
  readonly print: (principal: Who) => Printed
}

/** One page of a list. */
export async function listPrincipals<Who extends Principal, Printed>(
  authority: Authority,
  caller: Caller,
  { name, has, print }: PrincipalList<Who, Printed>,
  filter: PrincipalFilter,
  query: { readonly limit?: number; readonly cursor?: string },
): Promise<{ items: Printed[]; next_cursor: string | null }> {
  const order = principalOrder(filter)
  const list = `${name} by ${order}`
  const { items, next } = await authority.principals(
    caller,
    filter,
    pageOf(query, list, isPrincipalPosition(order)),
  )
  return printPage({ items: items.filter(has), next }, list, print)
}
