/** Turns passwords into what is stored of them. The server injects argon2id; nothing else ever sees a password. */
export interface PasswordHasher {
  /**
   * @returns a PHC string with a salt of its own
   * @throws "overloaded" when too many others wait already
   */
  hash(password: string): Promise<string>
  /**
   * Whether the password is the one that was hashed.
   * @param stored null: nobody has this password; the same work is done, and the answer is no
   * @throws "overloaded" when too many others wait already
   */
  verify(stored: string | null, password: string): Promise<boolean>
  /** Whether a stored hash was made otherwise than `hash` makes them now. */
  isOutdated(stored: string): boolean
}
