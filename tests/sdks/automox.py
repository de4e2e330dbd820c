"""The seven operations of Automox about API keys, through its own SDK."""

import re
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from automox_console_sdk import ApiClient, ApiKeysIdBody, APIKeysApi, Configuration, UserIdApiKeysBody
from automox_console_sdk.rest import ApiException

from outcomes import Outcomes, is_json_object_with

CREATE = "create_user_api_key"
LIST = "get_user_api_keys"
GET = "get_user_api_key"
UPDATE = "update_user_api_key"
DELETE = "delete_user_api_key"
DECRYPT = "decrypt_user_api_key"
LIST_ALL = "get_organization_api_keys"

UNKNOWN = 2_000_000_000


def run(block: dict, mode: str, limit: int) -> list[dict]:
    """:param limit: most keys that a user may have"""
    documented = mode == "documented"
    outcomes = Outcomes(
        dialect="automox",
        client=f"automox-console-sdk {version('automox-console-sdk')}",
        error=ApiException,
        is_envelope=is_json_object_with("errors", list),
    )
    organization, user = block["organization_id"], block["user_id"]
    other = block["limited"]["user_id"]

    def keys_with(api_key: str | None) -> APIKeysApi:
        configuration = Configuration()
        configuration.host = block["base_url"]
        client = ApiClient(configuration)
        # The SDK has no setting for it: this is what its README says to do.
        if api_key is not None:
            client.default_headers["Authorization"] = f"Bearer {api_key}"
        return APIKeysApi(client)

    def operations(keys: APIKeysApi, of_user: int, key_id: int, o: object = organization):
        yield CREATE, lambda: keys.create_user_api_key(o, of_user, body=UserIdApiKeysBody(name="Refused"))
        yield LIST, lambda: keys.get_user_api_keys(of_user, o)
        yield GET, lambda: keys.get_user_api_key(of_user, key_id, o)
        yield UPDATE, lambda: keys.update_user_api_key(o, of_user, key_id, body=ApiKeysIdBody(True))
        yield DELETE, lambda: keys.delete_user_api_key(of_user, key_id, o)
        yield DECRYPT, lambda: keys.decrypt_user_api_key(of_user, key_id, o)

    admin = keys_with(block["api_key"])
    ordinary = keys_with(block["limited"]["api_key"])

    with outcomes.answered(CREATE, 200) as answer:
        # The SDK writes a date without a zone as it is; UTC is meant.
        expiry = (datetime.now(timezone.utc) + timedelta(days=30)).replace(tzinfo=None)
        body = UserIdApiKeysBody(name="Nightly", expires_at=expiry)
        key, answer.status, _ = admin.create_user_api_key_with_http_info(organization, user, body=body)
        assert (key.name, key.is_enabled, key.user.id) == ("Nightly", True, user)
        assert abs((key.expires_at.replace(tzinfo=None) - expiry).total_seconds()) <= 1
        assert key.user.email and isinstance(key.id, int)

    with outcomes.answered(CREATE, 200) as answer:
        body = UserIdApiKeysBody(name="For ever")
        lasting, answer.status, _ = admin.create_user_api_key_with_http_info(organization, user, body=body)
        assert lasting.expires_at is None

    if documented:
        with outcomes.answered(CREATE, 200) as answer:
            # As in the reference's own sample.
            unnamed, answer.status, _ = admin.create_user_api_key_with_http_info(organization, user)
            assert unnamed.name
    else:
        with outcomes.refused(CREATE, 400):
            admin.create_user_api_key(organization, user)

    with outcomes.refused(CREATE, 400):  # the name is taken
        admin.create_user_api_key(organization, user, body=UserIdApiKeysBody(name="Nightly"))
    with outcomes.refused(CREATE, 400):
        admin.create_user_api_key(organization, user, body=UserIdApiKeysBody(name="  "))
    with outcomes.refused(CREATE, 400):
        admin.create_user_api_key(
            organization, user, body=UserIdApiKeysBody(name="Past", expires_at=datetime(2020, 1, 1))
        )

    with outcomes.answered(GET, 200) as answer:
        read, answer.status, _ = admin.get_user_api_key_with_http_info(user, key.id, organization)
        assert read == key

    with outcomes.answered(LIST, 200) as answer:
        page, answer.status, _ = admin.get_user_api_keys_with_http_info(user, organization)
        ids = [each.id for each in page.results]
        assert key.id in ids and ids == sorted(ids) and page.size == len(ids)
        second = admin.get_user_api_keys(user, organization, page=1, limit=1)
        assert [each.id for each in second.results] == ids[1:2] and second.size == page.size
        assert admin.get_user_api_keys(user, organization, page=1000).results == []

    with outcomes.answered(LIST_ALL, 200) as answer:
        page, answer.status, _ = admin.get_organization_api_keys_with_http_info(organization)
        assert {user, other} <= {each.user.id for each in page.results} and page.size == len(page.results)

    with outcomes.answered(DECRYPT, 200) as answer:
        secret, answer.status, _ = admin.decrypt_user_api_key_with_http_info(user, key.id, organization)
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", secret.api_key)
        assert keys_with(secret.api_key).get_user_api_key(user, key.id, organization) == key

    with outcomes.answered(UPDATE, 200) as answer:
        disabled, answer.status, _ = admin.update_user_api_key_with_http_info(
            organization, user, key.id, body=ApiKeysIdBody(is_enabled="False")
        )
        assert disabled.is_enabled is False
    with outcomes.refused(LIST, 401):  # a disabled key
        keys_with(secret.api_key).get_user_api_keys(user, organization)
    if documented:
        with outcomes.answered(UPDATE, 200) as answer:
            same, answer.status, _ = admin.update_user_api_key_with_http_info(organization, user, key.id)
            assert same == disabled
    else:
        with outcomes.refused(UPDATE, 400):
            admin.update_user_api_key(organization, user, key.id)
    with outcomes.refused(UPDATE, 400):
        admin.update_user_api_key(organization, user, key.id, body=ApiKeysIdBody(is_enabled="perhaps"))

    for api_key in ("82dc20bb-e29c-49cb-8d0e-03d785d46627", None):
        for operation, call in operations(keys_with(api_key), user, key.id):
            with outcomes.refused(operation, 401):
                call()
        with outcomes.refused(LIST_ALL, 401):
            keys_with(api_key).get_organization_api_keys(organization)

    # Another user's keys, without the role for it.
    for operation, call in operations(ordinary, user, key.id):
        with outcomes.refused(operation, 403):
            call()
    with outcomes.refused(LIST_ALL, 403):
        ordinary.get_organization_api_keys(organization)
    # An administrator neither creates for others nor reads their secrets.
    with outcomes.answered(LIST, 200) as answer:
        page, answer.status, _ = admin.get_user_api_keys_with_http_info(other, organization)
        theirs = page.results[0].id
    for operation, call in operations(admin, other, theirs):
        if operation in (CREATE, DECRYPT):
            with outcomes.refused(operation, 403):
                call()

    for operation, call in list(operations(admin, user, UNKNOWN))[2:]:
        with outcomes.refused(operation, 404):
            call()
    for operation, call in operations(admin, UNKNOWN, key.id):
        with outcomes.refused(operation, 404):
            call()
    with outcomes.refused(LIST_ALL, 403, 404):
        admin.get_organization_api_keys(UNKNOWN)
    for operation, call in operations(admin, user, key.id, o="none"):
        with outcomes.refused(operation, 400):
            call()
    for page, size in ((-1, 1), (0, 0), (0, 501)):
        with outcomes.refused(LIST, 400):
            admin.get_user_api_keys(user, organization, page=page, limit=size)
        with outcomes.refused(LIST_ALL, 400):
            admin.get_organization_api_keys(organization, page=page, limit=size)

    with outcomes.refused(CREATE, 400):  # the limit
        for at in range(limit + 1):
            admin.create_user_api_key(organization, user, body=UserIdApiKeysBody(name=f"One of many {at}"))

    with outcomes.answered(DELETE, 204) as answer:
        _, answer.status, _ = admin.delete_user_api_key_with_http_info(user, key.id, organization)
    with outcomes.refused(DELETE, 404):
        admin.delete_user_api_key(user, key.id, organization)
    with outcomes.answered(CREATE, 200) as answer:
        # There is room for one again, and the name is free.
        body = UserIdApiKeysBody(name="Nightly")
        _, answer.status, _ = admin.create_user_api_key_with_http_info(organization, user, body=body)

    return outcomes.seen
