"""The six operations of ONLYOFFICE DocSpace about API keys, through its own SDK."""

import re
import uuid
from importlib.metadata import version

from docspace_api_sdk import (
    ApiClient,
    ApiException,
    ApiKeysApi,
    Configuration,
    CreateApiKeyRequestDto,
    UpdateApiKeyRequest,
)

from outcomes import Outcomes

CREATE = "create_api_key"
LIST = "get_api_keys"
PERMISSIONS = "get_all_permissions"
SELF = "get_api_key"
UPDATE = "update_api_key"
DELETE = "delete_api_key"


def run(block: dict, mode: str, limit: int) -> list[dict]:
    """:param limit: most creations that a user may ask for in a quarter of an hour"""
    documented = mode == "documented"
    outcomes = Outcomes(
        dialect="docspace",
        client=f"docspace-api-sdk {version('docspace-api-sdk')}",
        error=ApiException,
        # 401, the 403 of a scope and 429 have no body; what code raised has `error`, what validation found `response`.
        is_envelope=lambda body: body == "" or '"error"' in body or '"errors"' in body,
    )

    def keys_with(**members: object) -> ApiKeysApi:
        return ApiKeysApi(ApiClient(Configuration(host=block["base_url"], **members)))

    def operations(keys: ApiKeysApi, key_id: str):
        yield CREATE, lambda: keys.create_api_key(CreateApiKeyRequestDto(name="Refused"))
        yield LIST, keys.get_api_keys
        yield PERMISSIONS, keys.get_all_permissions
        yield UPDATE, lambda: keys.update_api_key(key_id, UpdateApiKeyRequest(name="Refused"))
        yield DELETE, lambda: keys.delete_api_key(key_id)
        yield SELF, keys.get_api_key

    owner = keys_with(username=block["email"], password=block["password"])
    by_key = keys_with(access_token=block["api_key"])
    limited = block["limited"]
    ordinary = keys_with(username=limited["email"], password=limited["password"])

    with outcomes.answered(CREATE, 200) as answer:
        request = CreateApiKeyRequestDto(name="CI key", permissions=["*:read"], expires_in_days=30)
        created = owner.create_api_key_with_http_info(request)
        answer.status = created.status_code
        key = created.data.response
        assert re.fullmatch(r"sk-[0-9a-f]{64}", key.key) and key.key_postfix == key.key[-4:]
        assert (key.name, key.permissions, key.is_active) == ("CI key", ["*:read"], True)
        assert key.create_on and key.expires_at and key.create_by.display_name
        assert (created.data.status, created.data.status_code) == (0, 200)
    reader = keys_with(access_token=key.key)

    # However a key is presented.
    for keys in (by_key, *(
        keys_with(api_key={"ApiKeyBearer": block["api_key"]}, api_key_prefix=prefix)
        for prefix in ({}, {"ApiKeyBearer": "Bearer"})
    )):
        with outcomes.answered(SELF, 200) as answer:
            itself = keys.get_api_key_with_http_info()
            answer.status = itself.status_code
            own = itself.data.response
            assert own.key == f"sk-***{block['api_key'][-4:]}" and own.last_used
    with outcomes.refused(SELF, 400):  # no key was presented
        owner.get_api_key()
    with outcomes.answered(SELF, 200) as answer:
        itself = reader.get_api_key_with_http_info()
        answer.status = itself.status_code
        assert itself.data.response.id == key.id

    with outcomes.answered(LIST, 200) as answer:
        listed = owner.get_api_keys_with_http_info()
        answer.status = listed.status_code
        shown = {each.id: each for each in listed.data.response}
        assert shown[key.id].key == f"sk-***{key.key_postfix}" and own.id in shown
        theirs = ordinary.get_api_keys().response
        assert len(theirs) == 1 and (theirs[0].id in shown) != documented
        assert listed.data.count == (len(shown) if documented else 1)

    with outcomes.answered(PERMISSIONS, 200) as answer:
        permissions = by_key.get_all_permissions_with_http_info()
        answer.status = permissions.status_code
        assert len(permissions.data.response) == 11 and "*:write" in permissions.data.response

    with outcomes.refused(CREATE, 400):  # no body
        owner.create_api_key()
    for request in (
        CreateApiKeyRequestDto(name=""),
        CreateApiKeyRequestDto(name="Unknown", permissions=["keys:write"]),
        # What the client would not let pass.
        CreateApiKeyRequestDto.model_construct(name="x" * 31),
        CreateApiKeyRequestDto.model_construct(name="Long", expires_in_days=366),
    ):
        with outcomes.refused(CREATE, 400):
            owner.create_api_key(request)

    for nobody in (keys_with(access_token="sk-" + "0" * 64), keys_with()):
        for operation, call in operations(nobody, str(key.id)):
            with outcomes.refused(operation, 401):
                call()
    with outcomes.refused(LIST, 401):
        # Once: whoever goes on is made to wait.
        keys_with(username=block["email"], password="wrong").get_api_keys()

    # Keys that may only read.
    for keys in (reader, keys_with(access_token=limited["api_key"])):
        for operation, call in operations(keys, str(key.id)):
            if operation in (CREATE, UPDATE, DELETE):
                with outcomes.refused(operation, 403):
                    call()

    # Somebody else's key.
    with outcomes.answered(UPDATE, 200) as answer:
        changed = ordinary.update_api_key_with_http_info(str(key.id), UpdateApiKeyRequest(name="Theirs"))
        answer.status = changed.status_code
        assert changed.data.response is False
    with outcomes.answered(DELETE, 200) as answer:
        deleted = ordinary.delete_api_key_with_http_info(str(key.id))
        answer.status = deleted.status_code
        assert deleted.data.response is False

    with outcomes.answered(UPDATE, 200) as answer:
        request = UpdateApiKeyRequest(name="Renamed", permissions=["*"])
        changed = by_key.update_api_key_with_http_info(str(key.id), request)
        answer.status = changed.status_code
        assert changed.data.response is True
        renamed = reader.get_api_key().response
        assert renamed.name == "Renamed" and renamed.permissions == ([] if documented else None)
    with outcomes.answered(UPDATE, 200) as answer:
        off = UpdateApiKeyRequest(is_active=False)
        answer.status = owner.update_api_key_with_http_info(str(key.id), off).status_code
    with outcomes.refused(SELF, 401):
        reader.get_api_key()
    with outcomes.refused(UPDATE, 400):
        owner.update_api_key(str(key.id), UpdateApiKeyRequest(permissions=["keys:write"]))

    with outcomes.answered(DELETE, 200) as answer:
        deleted = owner.delete_api_key_with_http_info(str(key.id))
        answer.status = deleted.status_code
        assert deleted.data.response is True
    for key_id in (str(key.id), str(uuid.uuid4())):
        for operation, call in operations(owner, key_id):
            if operation in (UPDATE, DELETE):
                with outcomes.refused(operation, 404):
                    call()

    with outcomes.refused(CREATE, 429):
        for _ in range(limit + 1):
            ordinary.create_api_key(CreateApiKeyRequestDto(name="One of many"))

    return outcomes.seen
