import { randomBytes } from "node:crypto"

/** Where chance comes from: `count` unpredictable bytes. Injected, so that tests can replay it. */
export interface Entropy {
  bytes(count: number): Uint8Array
}

export const systemEntropy: Entropy = { bytes: (count) => randomBytes(count) }
