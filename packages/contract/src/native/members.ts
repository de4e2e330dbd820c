import { type Static, Type } from "typebox"
import { route } from "../route.ts"
import { input, list, nullable, oneOf } from "../schema.ts"
import { principalKinds, principalStates, roleNames } from "./principal.ts"
import {
  etag,
  IfMatch,
  id,
  idInput,
  mergePatchTypes,
  name,
  nextCursor,
  pageQuery,
  revision,
} from "./value.ts"

export type Member = Static<typeof Member>
export const Member = Type.Object(
  {
    kind: oneOf(principalKinds, { description: "Which of the two it is." }),
    id: id("The id of the user or service account."),
    display_name: name("What people see."),
    roles: list(Type.String(), { description: "Names of roles of the organization. Empty: may do nothing." }),
    state: oneOf(principalStates, { description: "Whether it is suspended." }),
    revision: revision("user or service account"),
  },
  {
    title: "Member",
    description: "The membership of a user or service account: which roles of the organization it has.",
  },
)

export type MemberPatch = Static<typeof MemberPatch>
export const MemberPatch = input(
  { roles: Type.Optional(nullable(roleNames("All roles; null: none."))) },
  {
    title: "MemberPatch",
    description: "A JSON Merge Patch (RFC 7396): an absent member stays, a list is replaced whole.",
  },
)

export type MemberPage = Static<typeof MemberPage>
export const MemberPage = Type.Object(
  { items: list(Member, { description: "Members, the newest first." }), next_cursor: nextCursor },
  { title: "MemberPage" },
)

const params = Type.Object({ member_id: idInput("The id of the user or service account.") })

export const listMembers = route({
  operationId: "listMembers",
  method: "GET",
  path: "/v1/members",
  tag: "Members",
  summary: "List users and service accounts with their roles",
  description: "The newest first.",
  permission: "members.read",
  query: input({
    kind: Type.Optional(oneOf(principalKinds, { description: "Only users, or only service accounts." })),
    role: Type.Optional(name("Only members with this role.")),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of members.", schema: MemberPage } },
  problems: [],
})

export const readMember = route({
  operationId: "readMember",
  method: "GET",
  path: "/v1/members/{member_id}",
  tag: "Members",
  summary: "Read which roles somebody has",
  description: "Whoever acts may read themselves without the permission.",
  permission: "members.read",
  params,
  answers: { 200: { description: "The member.", schema: Member, headers: etag } },
  problems: ["not_found"],
})

export const updateMember = route({
  operationId: "updateMember",
  method: "PATCH",
  path: "/v1/members/{member_id}",
  tag: "Members",
  summary: "Set the roles of a user or service account",
  description:
    "Nobody changes a member who may do more than they, nor gives roles that do. Their management keys follow at once.",
  permission: "members.write",
  params,
  headers: IfMatch,
  body: MemberPatch,
  bodyTypes: mergePatchTypes,
  answers: { 200: { description: "The changed member.", schema: Member, headers: etag } },
  problems: ["not_found", "grant_exceeds_caller", "last_owner", "revision_conflict"],
})
