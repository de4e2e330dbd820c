import { connected } from "./connected.ts"

/**
 * Makes an empty database.
 * @param connectionString of another database of the server
 */
export async function createDatabase(connectionString: string, name: string): Promise<void> {
  await connected(connectionString, (client) => client.query(`create database ${name} template template0`))
}
