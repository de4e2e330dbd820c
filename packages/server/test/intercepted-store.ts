import { fail, type Store } from "@keyward/core"

type Method = {
  [Name in keyof Store]: Store[Name] extends (...given: never[]) => unknown ? Name : never
}[keyof Store]

/** Stands before a call of the store: may wait, may fail before or after it has made the call, and may make it or not. */
export type Intercept = (method: Method, call: () => Promise<unknown>) => Promise<unknown>

/** The store, with every call going through `intercept`. */
export function interceptedStore(store: Store, intercept: Intercept): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== "function") return member
      return (...given: unknown[]) => intercept(name as Method, () => Reflect.apply(member, target, given))
    },
  })
}

/** As a store answers when its engine is gone. */
export async function storeUnavailable(): Promise<never> {
  return fail({ code: "store_unavailable" }, { cause: new Error("The engine is gone.") })
}
