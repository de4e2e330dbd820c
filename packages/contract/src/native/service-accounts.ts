import { Type } from "typebox"
import { route } from "../route.ts"
import { input } from "../schema.ts"
import { NewServiceAccount, ServiceAccount, ServiceAccountPage, ServiceAccountPatch } from "./principal.ts"
import { standingRoutes } from "./standing.ts"
import { etag, IdempotencyKey, IfMatch, idInput, mergePatchTypes, name, pageQuery } from "./value.ts"

const tag = "Service accounts"
const path = "/v1/service-accounts/{service_account_id}"
const params = Type.Object({ service_account_id: idInput("The service account's id.") })

export const createServiceAccount = route({
  operationId: "createServiceAccount",
  method: "POST",
  path: "/v1/service-accounts",
  tag,
  summary: "Create a service account",
  description: "Nobody gives roles that grant more than they hold themselves.",
  permission: "members.write",
  headers: IdempotencyKey,
  body: NewServiceAccount,
  answers: { 201: { description: "The new service account.", schema: ServiceAccount, headers: etag } },
  problems: ["grant_exceeds_caller"],
})

export const listServiceAccounts = route({
  operationId: "listServiceAccounts",
  method: "GET",
  path: "/v1/service-accounts",
  tag,
  summary: "List service accounts",
  description: "The newest first.",
  permission: "members.read",
  query: input({
    role: Type.Optional(name("Only service accounts with this role.")),
    suspended: Type.Optional(
      Type.Boolean({ description: "Only those that are suspended, or only those that are not." }),
    ),
    ...pageQuery,
  }),
  answers: { 200: { description: "A page of service accounts.", schema: ServiceAccountPage } },
  problems: [],
})

export const readServiceAccount = route({
  operationId: "readServiceAccount",
  method: "GET",
  path,
  tag,
  summary: "Read a service account",
  description: "Service accounts may read themselves without the permission.",
  permission: "members.read",
  params,
  answers: { 200: { description: "The service account.", schema: ServiceAccount, headers: etag } },
  problems: ["not_found"],
})

export const updateServiceAccount = route({
  operationId: "updateServiceAccount",
  method: "PATCH",
  path,
  tag,
  summary: "Change a service account",
  description: "Nobody changes a service account that may do more than they, nor gives roles that do.",
  permission: "members.write",
  params,
  headers: IfMatch,
  body: ServiceAccountPatch,
  bodyTypes: mergePatchTypes,
  answers: { 200: { description: "The changed service account.", schema: ServiceAccount, headers: etag } },
  problems: ["not_found", "grant_exceeds_caller", "revision_conflict"],
})

export const {
  suspend: suspendServiceAccount,
  resume: resumeServiceAccount,
  previewRemoval: previewServiceAccountRemoval,
  remove: removeServiceAccount,
} = standingRoutes({
  noun: "ServiceAccount",
  word: "service account",
  tag,
  path,
  params,
  schema: ServiceAccount,
})
