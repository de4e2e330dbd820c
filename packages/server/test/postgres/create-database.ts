import pg from "pg"

/**
 * Makes an empty database.
 * @param connectionString of another database of the server
 */
export async function createDatabase(connectionString: string, name: string): Promise<void> {
  const administrator = new pg.Client({ connectionString })
  await administrator.connect()
  try {
    await administrator.query(`create database ${name} template template0`)
  } finally {
    await administrator.end()
  }
}
