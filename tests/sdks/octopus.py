"""
The four operations of Octopus Deploy about API keys, through its generated client of 2019. That one can send no body, and
leaves `{userId}` unfilled in the path where it takes the id of a key alone.
"""

from importlib.metadata import version

from octopus_deploy_swagger_client import ApiClient, ApiKeysApi, Configuration
from octopus_deploy_swagger_client.rest import ApiException

from outcomes import Outcomes, is_json_object_with

CREATE = "custom_action_response_descriptor_octopus_server_web_api_actions_create_api_key_action"
LIST = "custom_query_response_descriptor_octopus_server_web_api_actions_index_api_keys_responder"
GET = "load_response_descriptor_users_api_key_api_key_resource"
DELETE = "delete_on_background_response_descriptor_users_api_key_api_key_resource"


def run(block: dict, mode: str, limit: None) -> list[dict]:
    """:param limit: there is none"""
    documented = mode == "documented"
    outcomes = Outcomes(
        dialect="octopus",
        client=f"octopus-deploy-swagger-client {version('octopus-deploy-swagger-client')}",
        error=ApiException,
        is_envelope=is_json_object_with("ErrorMessage", str),
    )
    user, other, service = block["user_id"], block["limited"]["user_id"], block["service"]["user_id"]

    def keys_with(*places: str, api_key: str) -> ApiKeysApi:
        configuration = Configuration()
        configuration.host = block["base_url"]
        configuration.api_key = {place: api_key for place in places}
        return ApiKeysApi(ApiClient(configuration))

    # As the reference's sample sets them, all three in one request; and each alone.
    everywhere = ("X-Octopus-ApiKey", "ApiKey", "X-NuGet-ApiKey")
    admin = keys_with(*everywhere, api_key=block["api_key"])
    ordinary = keys_with("X-Octopus-ApiKey", api_key=block["limited"]["api_key"])

    def operations(keys: ApiKeysApi, of_user: str, key_id: str):
        yield CREATE, getattr(keys, CREATE), of_user
        yield LIST, getattr(keys, LIST), of_user
        yield GET, getattr(keys, GET), key_id
        yield DELETE, getattr(keys, DELETE), key_id

    def with_status(keys: ApiKeysApi, operation: str):
        return getattr(keys, f"{operation}_with_http_info")

    if documented:
        with outcomes.answered(CREATE, 200) as answer:
            key, answer.status, _ = with_status(admin, CREATE)(user)
            assert key.api_key.startswith("API-") and key.user_id == user and key.purpose
            assert key.created is not None and key.links["Self"].endswith(key.id)
            made = keys_with("X-Octopus-ApiKey", api_key=key.api_key)
            assert key.id in [each.id for each in getattr(made, LIST)(user).items]
        with outcomes.answered(CREATE, 200) as answer:
            theirs, answer.status, _ = with_status(admin, CREATE)(service)
            assert theirs.user_id == service
        for who, whose in ((admin, other), (ordinary, user), (ordinary, service)):
            with outcomes.refused(CREATE, 403):
                getattr(who, CREATE)(whose)
    else:
        with outcomes.refused(CREATE, 400):
            getattr(admin, CREATE)(user)

    for place in everywhere:
        with outcomes.answered(LIST, 200) as answer:
            one = keys_with(place, api_key=block["api_key"])
            listed, answer.status, _ = with_status(one, LIST)(user)
            newest = listed.items[0]
            assert listed.item_type == "ApiKey" and listed.total_results == len(listed.items)
            assert newest.user_id == user and newest.id.startswith("apikeys-")
            assert block["api_key"] not in str(listed)
    with outcomes.refused(LIST, 403):
        getattr(ordinary, LIST)(user)
    for operation in (CREATE, LIST) if documented else (LIST,):
        with outcomes.refused(operation, 404):
            getattr(admin, operation)("Users-2000000000")

    if documented:
        with outcomes.answered(GET, 200) as answer:
            read, answer.status, _ = with_status(admin, GET)(key.id)
            assert (read.id, read.purpose, read.created) == (key.id, key.purpose, key.created)
            assert key.api_key not in str(read)
        for operation in (GET, DELETE):
            # Where nothing but the key is named, one that the caller may not see is not there.
            with outcomes.refused(operation, 404):
                getattr(ordinary, operation)(key.id)
    else:
        for operation in (GET, DELETE):
            with outcomes.refused(operation, 404):  # no user is called {userId}
                getattr(admin, operation)(newest.id)
    for operation in (GET, DELETE):
        with outcomes.refused(operation, 404):
            getattr(admin, operation)("apikeys-AAAAAAAAAAAAAAAAAAAAAAAAAA")

    unknown = f"API-{'A' * 31}"
    for keys in (keys_with("X-Octopus-ApiKey", api_key=unknown), keys_with(api_key=unknown)):
        for operation, call, argument in operations(keys, user, newest.id):
            with outcomes.refused(operation, 401):
                call(argument)

    if documented:
        with outcomes.answered(DELETE, 200) as answer:
            task, answer.status, _ = with_status(admin, DELETE)(key.id)
            assert task.id.startswith("ServerTasks-") and task.state == "Success" and task.is_completed
        for operation in (GET, DELETE):
            with outcomes.refused(operation, 404):
                getattr(admin, operation)(key.id)
        with outcomes.refused(LIST, 401):  # it works no more
            getattr(made, LIST)(user)

    return outcomes.seen
