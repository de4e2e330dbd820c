import { type Static, Type } from "typebox"
import { route } from "../route.ts"
import { id, idInput, name, timestamp } from "./value.ts"

export type Organization = Static<typeof Organization>
export const Organization = Type.Object(
  {
    id: id("The organization's id."),
    name: name("Its name."),
    created_at: timestamp("When it was created."),
  },
  { title: "Organization", description: "The tenant. Everything else belongs to exactly one." },
)

export const readOrganization = route({
  operationId: "readOrganization",
  method: "GET",
  path: "/v1/organizations/{organization_id}",
  tag: "Organizations",
  summary: "Read the organization",
  description: "Only the caller's own organization exists for it.",
  permission: "organizations.read",
  params: Type.Object({ organization_id: idInput("The organization's id.") }),
  answers: { 200: { description: "The organization.", schema: Organization } },
  problems: ["not_found"],
})
