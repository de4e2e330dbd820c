import { type Authority, AuthorityError, type Caller, type CreatedKey, type Owner } from "@keyward/core"
import { allKeys } from "./lists.ts"
import { generatedName } from "./mapping.ts"

/**
 * Creates a key whose name nobody chose: the first generated one that none of the owner's keys has.
 * @throws AuthorityError as `Authority.createKey`, but for a name that is taken
 */
export async function createUnnamedKey(
  authority: Authority,
  caller: Caller,
  keyspaceId: string,
  owner: Owner,
): Promise<CreatedKey> {
  for (;;) {
    const keys = await allKeys(authority, caller, keyspaceId, owner)
    const name = freeName(new Set(keys.map(({ name }) => name)))
    try {
      return await authority.createKey(caller, { keyspaceId, owner, name })
    } catch (error) {
      // Another creation took the name meanwhile. It is one more key of the owner's, so this comes to an end.
      if (!isNameTaken(error)) throw error
    }
  }
}

function freeName(taken: ReadonlySet<string>): string {
  let n = 1
  while (taken.has(generatedName(n))) n++
  return generatedName(n)
}

function isNameTaken(error: unknown): boolean {
  if (!(error instanceof AuthorityError)) return false
  const { failure } = error
  return failure.code === "already_exists" && failure.member === "name"
}
