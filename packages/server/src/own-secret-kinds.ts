/** What an installation keeps outside its database, in versions: the pepper and the key-encryption key. */
export const ownSecretKinds = ["pepper", "encryption"] as const
export type OwnSecretKind = (typeof ownSecretKinds)[number]
