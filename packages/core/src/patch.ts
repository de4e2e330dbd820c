/** A change to some members of an object; one that is absent or undefined stays as it is. */
export type Patch<Target> = { readonly [Name in keyof Target]?: Target[Name] | undefined }

/** `target` with the members that `patch` names. */
export function patchedWith<Target extends object>(target: Target, patch: Patch<Target>): Target {
  const named = Object.entries(patch).filter(([, value]) => value !== undefined)
  return { ...target, ...Object.fromEntries(named) }
}
