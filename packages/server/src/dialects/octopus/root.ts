import type { Answer } from "@keyward/contract"
import type { getRoot } from "@keyward/contract/octopus"
import { server } from "./mapping.ts"

/** Where clients start: the links that they follow to a user, and from there to the keys. */
export function printRoot(installationId: string): Answer<typeof getRoot> {
  return {
    Application: server.application,
    Version: server.version,
    ApiVersion: server.apiVersion,
    InstallationId: installationId,
    HasLongTermSupport: false,
    Links: {
      Self: "/api",
      CurrentUser: "/api/users/me",
      Users: "/api/users{/id}{?skip,take,ids,filter}",
      Tasks: "/api/tasks{/id}{?skip,take,ids}",
      Spaces: "/api/spaces{/id}{?name,skip,ids,take,partialName}",
      SpaceHome: "/api/{spaceId}",
      SignIn: "/api/users/login{?returnUrl}",
      SignOut: "/api/users/logout",
    },
  }
}
