/** What a verification can come to. Frozen: clients switch on these, so none is renamed or removed. */
export const outcomes = [
  "VALID",
  "NOT_FOUND",
  "MALFORMED",
  "DISABLED",
  "REVOKED",
  "EXPIRED",
  "NOT_YET_VALID",
  "OWNER_SUSPENDED",
  "IP_NOT_ALLOWED",
  "ORIGIN_NOT_ALLOWED",
  "INSUFFICIENT_PERMISSIONS",
  "RATE_LIMITED",
  "USAGE_EXCEEDED",
] as const
export type Outcome = (typeof outcomes)[number]
