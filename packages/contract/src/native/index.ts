export * from "./audit.ts"
export * from "./credits.ts"
export * from "./health.ts"
export * from "./key.ts"
export * from "./key-credits.ts"
export * from "./keys.ts"
export * from "./keyspace.ts"
export * from "./members.ts"
export * from "./openid.ts"
export * from "./organization.ts"
export * from "./outcome.ts"
export * from "./principal.ts"
export * from "./roles.ts"
export * from "./rotation.ts"
export * from "./routes.ts"
export * from "./service-accounts.ts"
export * from "./sessions.ts"
export * from "./tasks.ts"
export * from "./users.ts"
export {
  KeyspaceLimit,
  KeyspaceLimitInput,
  Limit,
  LimitInput,
  limitScopes,
  mergePatchTypes,
  Owner,
  OwnerInput,
  ownerKinds,
  RotationSchedule,
  RotationScheduleInput,
} from "./value.ts"
export * from "./verification.ts"
