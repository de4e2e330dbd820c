"""The four operations of the Arthur GenAI Engine, through the client that its vendor generates."""

import uuid
from importlib.metadata import version

from arthur_genai_client import ApiClient, ApiException, APIKeysApi, Configuration, NewApiKeyRequest

from outcomes import Outcomes, is_json_object_with

CREATE = "create_api_key_auth_api_keys_post"
LIST = "get_all_active_api_keys_auth_api_keys_get"
GET = "get_api_key_auth_api_keys_api_key_id_get"
DEACTIVATE = "deactivate_api_key_auth_api_keys_deactivate_api_key_id_delete"


def run(block: dict, mode: str, limit: int) -> list[dict]:
    """:param limit: most active keys that the server issues"""
    documented = mode == "documented"
    outcomes = Outcomes(
        dialect="arthur",
        client=f"arthur-observability-sdk {version('arthur-observability-sdk')}",
        error=ApiException,
        is_envelope=lambda body: is_json_object_with("detail", str)(body)
        or is_json_object_with("detail", list)(body),
    )

    def keys_with(token: str | None) -> APIKeysApi:
        return APIKeysApi(ApiClient(Configuration(host=block["base_url"], access_token=token)))

    def operations(keys: APIKeysApi, key_id: str):
        yield CREATE, lambda: keys.create_api_key_auth_api_keys_post(NewApiKeyRequest())
        yield LIST, keys.get_all_active_api_keys_auth_api_keys_get
        yield GET, lambda: keys.get_api_key_auth_api_keys_api_key_id_get(key_id)
        yield (
            DEACTIVATE,
            lambda: keys.deactivate_api_key_auth_api_keys_deactivate_api_key_id_delete(key_id),
        )

    admin = keys_with(block["admin_key"])

    with outcomes.answered(CREATE, 200) as answer:
        request = NewApiKeyRequest(description="Task Validation Key - 1", roles=["TASK-ADMIN"])
        created = admin.create_api_key_auth_api_keys_post_with_http_info(request)
        answer.status = created.status_code
        key = created.data
        assert key.key and key.message and key.is_active
        assert (key.description, key.roles) == ("Task Validation Key - 1", ["TASK-ADMIN"])

    with outcomes.answered(CREATE, 200) as answer:
        created = admin.create_api_key_auth_api_keys_post_with_http_info(NewApiKeyRequest())
        answer.status = created.status_code
        assert created.data.roles == ["VALIDATION-USER"] and created.data.description is None

    with outcomes.answered(CREATE, 200) as answer:
        nothing = NewApiKeyRequest(description=None, roles=None)
        created = admin.create_api_key_auth_api_keys_post_with_http_info(nothing)
        answer.status = created.status_code
        assert created.data.roles == []

    with outcomes.answered(LIST, 200) as answer:
        listed = admin.get_all_active_api_keys_auth_api_keys_get_with_http_info()
        answer.status = listed.status_code
        [found] = [each for each in listed.data if each.id == key.id]
        assert found.created_at == key.created_at and found.message == "" and found.key is None

    with outcomes.answered(GET, 200) as answer:
        read = admin.get_api_key_auth_api_keys_api_key_id_get_with_http_info(key.id)
        answer.status = read.status_code
        assert read.data == found

    for token in ("wrong", None):
        for operation, call in operations(keys_with(token), key.id):
            with outcomes.refused(operation, 401):
                call()

    # An issued key is recognised by the reference's words, and not by the vendor's server.
    for operation, call in operations(keys_with(block["limited"]["api_key"]), key.id):
        with outcomes.refused(operation, 403 if documented else 401):
            call()

    for operation, call in list(operations(admin, str(uuid.uuid4())))[2:]:
        with outcomes.refused(operation, 404):
            call()
    for operation, call in list(operations(admin, "not-a-uuid"))[2:]:
        with outcomes.refused(operation, 422 if documented else 400):
            call()
    with outcomes.refused(CREATE, 422 if documented else 400):
        admin.create_api_key_auth_api_keys_post(NewApiKeyRequest.model_construct(description=3))
    with outcomes.refused(CREATE, 400):
        admin.create_api_key_auth_api_keys_post(NewApiKeyRequest(roles=["TENANT-USER"]))

    with outcomes.refused(CREATE, 400):
        for _ in range(limit + 1):
            admin.create_api_key_auth_api_keys_post(NewApiKeyRequest(description="One of many"))

    with outcomes.answered(DEACTIVATE, 200 if documented else 204) as answer:
        ended = admin.deactivate_api_key_auth_api_keys_deactivate_api_key_id_delete_with_http_info(key.id)
        answer.status = ended.status_code
        inactive = admin.get_api_key_auth_api_keys_api_key_id_get(key.id)
        assert not inactive.is_active and inactive.deactivated_at is not None
        assert ended.data == (inactive if documented else None)
        assert key.id not in [each.id for each in admin.get_all_active_api_keys_auth_api_keys_get()]

    with outcomes.answered(CREATE, 200) as answer:
        # There is room for one again.
        answer.status = admin.create_api_key_auth_api_keys_post_with_http_info(NewApiKeyRequest()).status_code

    return outcomes.seen
