/** The rules of a policy that a key can break, as the native API names them. */
export const policyRules = [
  "max_keys",
  "max_keys_per_owner",
  "unique_names",
  "max_lifetime_seconds",
  "expiry_required",
  "expiry_within_creator",
  "required_tags",
  "exclusive_permissions",
  "max_overlap_seconds",
] as const
export type PolicyRule = (typeof policyRules)[number]
