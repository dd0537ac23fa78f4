"""The evidence store that the settings name: a local folder, S3 or what speaks like it, Azure Blob Storage."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.store import AzureStore, ObjectStore, S3Store

from app.adapters.files import Files
from app.config import Settings

if TYPE_CHECKING:  # they are declared for type checkers only
    from obstore.store import AzureConfig, ClientConfig, RetryConfig, S3Config

# A request is one part of a file at most, so this is no limit on a file's time.
_REQUEST = timedelta(seconds=30)
_RETRY: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


def files_for(settings: Settings) -> Files:
    """Where evidence bytes live. Nothing is asked of a store yet, so one that is away stops no start."""
    kind, _, rest = settings.evidence_store.partition("://")
    if not kind:
        return Files(settings.evidence_dir)
    bucket, _, prefix = rest.strip("/").partition("/")
    return Files(_STORES[kind](settings, bucket, prefix or None))


def _s3(settings: Settings, bucket: str, prefix: str | None) -> ObjectStore:
    config: S3Config = {
        "region": settings.evidence_store_region,
        "checksum_algorithm": "sha256",  # so that the store itself refuses bytes that changed on the way
        "virtual_hosted_style_request": not settings.evidence_store_endpoint,
    }
    if settings.evidence_store_endpoint:
        config["endpoint"] = settings.evidence_store_endpoint
    if settings.evidence_store_account:
        config["access_key_id"] = settings.evidence_store_account
        config["secret_access_key"] = settings.evidence_store_key.get_secret_value()
    return S3Store(
        bucket, prefix=prefix, config=config, client_options=_client(settings), retry_config=_RETRY
    )


def _azure(settings: Settings, container: str, prefix: str | None) -> ObjectStore:
    config: AzureConfig = {"account_name": settings.evidence_store_account}
    if settings.evidence_store_endpoint:
        config["endpoint"] = settings.evidence_store_endpoint
    if key := settings.evidence_store_key.get_secret_value():
        config["account_key"] = key
    return AzureStore(
        container, prefix=prefix, config=config, client_options=_client(settings), retry_config=_RETRY
    )


def _client(settings: Settings) -> ClientConfig:
    return {
        "timeout": _REQUEST,
        "connect_timeout": timedelta(seconds=5),
        "allow_http": settings.evidence_store_endpoint.startswith("http://"),
    }


_STORES = {"s3": _s3, "az": _azure}
