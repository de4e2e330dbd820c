import { createRequire } from "node:module"
import { OctopusApiKeys, OctopusRefusal } from "@keyward/sdk/octopus"
import * as octopus1 from "octopus-api-client-1"
import * as octopus3 from "octopus-api-client-3"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest"
import { registerSecret } from "../../../../../tests/evidence.ts"
import { type Coverage, recordCoverage } from "../coverage.ts"
import { type DialectServer, engines, modes, openDialect } from "../dialect-server.ts"
import { type Holder, holderOf } from "./portal.ts"

// The vendor's own TypeScript clients, as they come from the registry, and ours, over a real listener.

const require = createRequire(import.meta.url)
const clientName = (alias: string) => `@octopusdeploy/api-client ${require(`${alias}/package.json`).version}`

const cases = engines.flatMap((engine) => modes.map((conformance) => ({ engine, conformance })))

describe.each(cases)("$engine, $conformance", ({ engine, conformance }) => {
  let server: DialectServer
  let admin: Holder
  let member: Holder
  beforeAll(async () => {
    // They would take a proxy of the environment for the way to the loopback as well.
    for (const name of ["no_proxy", "NO_PROXY"]) vi.stubEnv(name, "127.0.0.1")
    server = await openDialect("octopus", { engine, conformance })
    admin = await holderOf(server, server.admin)
    member = await holderOf(server, server.member)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server.close()
  })

  const operations = {
    create: "custom_action_response_descriptor_octopus_server_web_api_actions_create_api_key_action",
    list: "custom_query_response_descriptor_octopus_server_web_api_actions_index_api_keys_responder",
    get: "load_response_descriptor_users_api_key_api_key_resource",
    delete: "delete_on_background_response_descriptor_users_api_key_api_key_resource",
    root: "get_root",
    currentUser: "get_current_user",
    user: "get_user",
    users: "list_users",
    allUsers: "get_all_users",
    userSpaces: "list_user_spaces",
    task: "get_task",
  } as const

  function passed(
    client: string,
    result: Coverage["result"],
    ...done: readonly (keyof typeof operations)[]
  ): void {
    for (const each of done)
      recordCoverage({ dialect: "octopus", operation: operations[each], client, result })
  }

  describe("@octopusdeploy/api-client 1.4.0", () => {
    const client = clientName("octopus-api-client-1")
    // It tells the console what it does.
    beforeEach(() => {
      for (const level of ["debug", "error"] as const) vi.spyOn(console, level).mockReturnValue(undefined)
    })
    afterEach(() => void vi.restoreAllMocks())

    async function repositoryOf(apiKey: string) {
      const connected = await octopus1.Client.create({ apiUri: server.url, apiKey, autoConnect: true })
      return { client: connected, repository: new octopus1.Repository(connected) }
    }

    test("makes, lists, reads and revokes keys", async () => {
      const { client: connected, repository } = await repositoryOf(member.key)
      expect(connected.getServerInformation()).toEqual({ version: "2022.4.8000" })
      const user = await repository.users.getCurrent()
      expect(user).toMatchObject({ Id: member.userId, Username: "mia@example.com", IsService: false })
      passed(client, "passed", "root", "currentUser")

      const lasting = await repository.users.createApiKey(user, "From TypeScript", null)
      const expiring = await repository.users.createApiKey(
        user,
        "Expiring",
        new Date("2027-01-01T00:00:00.5Z"),
      )
      for (const key of [lasting, expiring]) registerSecret("key text", String(key.ApiKey))
      expect(lasting).toMatchObject({ Purpose: "From TypeScript", UserId: member.userId, Expires: null })
      expect(expiring).toMatchObject({ Expires: "2027-01-01T00:00:00.500+00:00" })
      const own = await repositoryOf(String(lasting.ApiKey))
      expect((await own.repository.users.getCurrent()).Id).toBe(member.userId)
      passed(client, "passed", "create")

      const listed = await repository.users.listApiKeys(user)
      expect(listed.Items.slice(0, 2).map(({ Purpose }) => Purpose)).toEqual(["Expiring", "From TypeScript"])
      expect(listed).toMatchObject({ ItemType: "ApiKey", TotalResults: 3, NumberOfPages: 1 })
      const [, found] = listed.Items
      if (!found) throw new Error("The key is not listed.")
      expect(found.ApiKey).toEqual({
        HasValue: true,
        NewValue: null,
        Hint: String(lasting.ApiKey).slice(0, 8),
      })
      passed(client, "passed", "list")

      expect(await connected.get(String(found.Links["Self"]))).toEqual(found)
      passed(client, "passed, by generic calls", "get")

      const task = (await repository.users.revokeApiKey(found)) as { Id: string; State: string }
      expect(task.State).toBe("Success")
      passed(client, "passed", "delete")
      expect(await repository.tasks.get(task.Id)).toMatchObject({ ...task, IsCompleted: true })
      passed(client, "passed", "task")
      expect((await repository.users.listApiKeys(user)).TotalResults).toBe(2)
    })

    test("finds users, who have no spaces", async () => {
      const { repository } = await repositoryOf(admin.key)
      const user = await repository.users.get(member.userId)
      expect(user).toMatchObject({ Id: member.userId, IsRequestor: false })
      expect(await repository.users.getSpaces(user)).toEqual([])
      expect((await repository.users.all()).map(({ Id }) => Id)).toContain(member.userId)
      expect(
        (await repository.users.all({ ids: [member.userId, admin.userId] })).map(({ Id }) => Id),
      ).toHaveLength(2)
      const filtered = await repository.users.list({ skip: 0, take: 10, filter: "mia@" } as object)
      expect(filtered).toMatchObject({ TotalResults: 1, Items: [{ Id: member.userId }] })
      const machine = await repository.users.get(`Users-${server.service.alias}`)
      const key = await repository.users.createApiKey(machine, "For a machine", null)
      registerSecret("key text", String(key.ApiKey))
      expect(key.UserId).toBe(machine.Id)
      passed(client, "passed", "user", "users", "allUsers", "userSpaces")
    })

    test("is told why it is refused", async () => {
      await expect(repositoryOf("API-WRONG")).rejects.toMatchObject({
        StatusCode: 401,
        ErrorMessage: expect.stringMatching(/^The API key you provided was not valid/),
      })
      const { repository } = await repositoryOf(member.key)
      const user = await repository.users.getCurrent()
      await expect(repository.users.createApiKey(user, " ", null)).rejects.toMatchObject({
        StatusCode: 400,
        ErrorMessage: expect.stringMatching(/^There was a problem with your request\.\nPurpose is mandatory/),
      })
      await expect(repository.users.get(admin.userId)).rejects.toMatchObject({
        StatusCode: 403,
        ErrorMessage: expect.stringContaining("Missing permission: UserView"),
      })
      const asAdmin = await repositoryOf(admin.key)
      await expect(asAdmin.repository.users.createApiKey(user, "For them", null)).rejects.toMatchObject({
        StatusCode: 403,
        ErrorMessage: expect.stringContaining("Missing permission: UserEdit"),
      })
      await expect(asAdmin.repository.users.get("Users-999999")).rejects.toMatchObject({ StatusCode: 404 })
    })
  })

  describe("@octopusdeploy/api-client 3", () => {
    const client = clientName("octopus-api-client-3")
    const connect = (apiKey?: string) =>
      octopus3.Client.create({
        userAgentApp: "keyward-tests",
        instanceURL: server.url,
        ...(apiKey === undefined ? {} : { apiKey }),
      })

    test("knows who it is, and calls the rest by path", async () => {
      const connected = await connect(member.key)
      expect(await connected.getServerInformation()).toEqual({
        version: "2022.4.8000",
        installationId: "39b44e47-37d4-4fcd-949c-2d831ebfa65e",
      })
      expect(await octopus3.userGetCurrent(connected)).toMatchObject({ Id: member.userId, IsRequestor: true })
      passed(client, "passed", "root", "currentUser")
      const at = `~/api/users/{userId}/apikeys{/id}{?skip,take}`
      const { userId } = member
      type Key = { readonly Id: string; readonly ApiKey: string; readonly Purpose: string }
      const created = await connected.doCreate<Key>(at, { Purpose: "From 3.x", Expires: null }, { userId })
      registerSecret("key text", created.ApiKey)
      expect(created.ApiKey).toMatch(/^API-/)
      const listed = await connected.get<{ Items: readonly Key[] }>(at, { userId, take: 1 })
      expect(listed.Items).toMatchObject([{ Id: created.Id, Purpose: "From 3.x" }])
      expect(await connected.get<Key>(at, { userId, id: created.Id })).toEqual(listed.Items[0])
      const task = (await connected.del(at, { userId, id: created.Id })) as {
        readonly Links: { readonly Self: string }
      }
      expect(await connected.get(`~${task.Links.Self}`)).toEqual(task)
      passed(client, "passed, by generic calls", "create", "list", "get", "delete", "task")
      await expect(connected.get(at, { userId, id: created.Id })).rejects.toMatchObject({
        StatusCode: 404,
        ErrorMessage: `The resource '${created.Id}' was not found.`,
      })
    })

    test("gets as far as the root without a key, and no further", async () => {
      const connected = await connect()
      await expect(octopus3.userGetCurrent(connected)).rejects.toMatchObject({
        StatusCode: 401,
        ErrorMessage: expect.stringMatching(/^You must be logged in/),
      })
      await expect(connect("API-WRONG")).rejects.toMatchObject({ StatusCode: 401 })
    })
  })

  describe("the SDK's client", () => {
    const client = "@keyward/sdk"
    const clientWith = (apiKey: string) => new OctopusApiKeys({ baseUrl: server.url, apiKey, retries: 0 })

    test("manages keys from the first to the last", async () => {
      const own = clientWith(member.key)
      const { Id: userId } = await own.getCurrentUser()
      expect(userId).toBe(member.userId)
      const { ApiKey, ...created } = await own.createApiKey(userId, {
        Purpose: "From the SDK",
        Expires: "2027-01-01T00:00:00Z",
      })
      registerSecret("key text", ApiKey)
      expect(await clientWith(ApiKey).getCurrentUser()).toMatchObject({ Id: userId })
      const printed = { ...created, ApiKey: { HasValue: true, NewValue: null, Hint: ApiKey.slice(0, 8) } }
      const page = await own.listApiKeys(userId, { skip: 0, take: 1, partialPurpose: "the sdk" })
      expect(page).toMatchObject({ TotalResults: 1, Items: [printed] })
      expect(await own.getApiKey(userId, created.Id)).toEqual(printed)
      const task = await own.deleteApiKey(userId, created.Id)
      expect(task).toMatchObject({ State: "Success" })
      expect(await own.listApiKeys(userId, { partialPurpose: "the sdk" })).toMatchObject({ TotalResults: 0 })
      passed(client, "passed", "create", "list", "get", "delete", "currentUser")
    })

    test("is told why it is refused", async () => {
      const own = clientWith(member.key)
      const refused = (call: Promise<unknown>) => call.catch((error: unknown) => error)
      expect(await refused(own.createApiKey(member.userId, { Purpose: " ", Expires: "x" }))).toMatchObject({
        status: 400,
        errorMessage: "There was a problem with your request.",
        errors: [expect.stringContaining("Purpose"), expect.stringContaining("Expires")],
      })
      expect(await refused(own.listApiKeys(admin.userId))).toMatchObject({
        status: 403,
        helpText: expect.stringContaining("permission to view users"),
      })
      expect(await refused(own.getApiKey(member.userId, "apikeys-x"))).toMatchObject({
        status: 404,
        errors: [],
      })
      expect(await refused(clientWith("API-WRONG").getCurrentUser())).toMatchObject({ status: 401 })
      server.breakStore()
      const away = await refused(own.listApiKeys(member.userId))
      server.mendStore()
      expect(away).toBeInstanceOf(OctopusRefusal)
      expect(away).toMatchObject({ status: 503, retryAfterSeconds: 1 })
    })
  })
})
