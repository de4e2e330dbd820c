import { type Static, Type } from "typebox"
import { route } from "../route.ts"
import { input, list } from "../schema.ts"
import {
  alias,
  etag,
  IfMatch,
  id,
  idInput,
  mergePatchTypes,
  name,
  nextCursor,
  revision,
  timestamp,
} from "./value.ts"

export type Organization = Static<typeof Organization>
export const Organization = Type.Object(
  {
    id: id("The organization's id."),
    alias: alias("organization"),
    name: name("Its name."),
    created_at: timestamp("When it was created."),
    updated_at: timestamp("When it last changed."),
    revision: revision("organization"),
  },
  { title: "Organization", description: "The tenant. Everything else belongs to exactly one." },
)

export type OrganizationPatch = Static<typeof OrganizationPatch>
export const OrganizationPatch = input(
  { name: Type.Optional(name("Its name.")) },
  {
    title: "OrganizationPatch",
    description: "A JSON Merge Patch (RFC 7396): an absent member stays.",
  },
)

export type OrganizationPage = Static<typeof OrganizationPage>
export const OrganizationPage = Type.Object(
  { items: list(Organization, { description: "The caller's organization." }), next_cursor: nextCursor },
  { title: "OrganizationPage" },
)

const params = Type.Object({ organization_id: idInput("The organization's id.") })

export const listOrganizations = route({
  operationId: "listOrganizations",
  method: "GET",
  path: "/v1/organizations",
  tag: "Organizations",
  summary: "List the caller's organization",
  description: "Always a list of one: only the caller's own organization exists for it.",
  permission: "organizations.read",
  answers: { 200: { description: "The organization.", schema: OrganizationPage } },
  problems: [],
})

export const readOrganization = route({
  operationId: "readOrganization",
  method: "GET",
  path: "/v1/organizations/{organization_id}",
  tag: "Organizations",
  summary: "Read the organization",
  description: "Only the caller's own organization exists for it.",
  permission: "organizations.read",
  params,
  answers: { 200: { description: "The organization.", schema: Organization, headers: etag } },
  problems: ["not_found"],
})

export const updateOrganization = route({
  operationId: "updateOrganization",
  method: "PATCH",
  path: "/v1/organizations/{organization_id}",
  tag: "Organizations",
  summary: "Change the organization",
  permission: "organizations.write",
  params,
  headers: IfMatch,
  body: OrganizationPatch,
  bodyTypes: mergePatchTypes,
  answers: { 200: { description: "The changed organization.", schema: Organization, headers: etag } },
  problems: ["not_found", "revision_conflict"],
})
