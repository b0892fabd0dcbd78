"""Settings that come from the environment. Tenant settings live in `tenants`, never here."""

import os
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """Return the folder for local data: the system's for root, the user's own otherwise."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/laurels")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "laurels"


class Settings(BaseSettings):
    """Everything that the environment decides; each variable is prefixed with `LAURELS_`."""

    model_config = SettingsConfigDict(env_prefix="LAURELS_", extra="ignore")

    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Folder for everything local: the embedded database, dumps, rejected rows.",
    )
    database_url: str | None = Field(
        default=None,
        description="URL of the database for the application role; unset: the embedded server.",
    )
    admin_database_url: str | None = Field(
        default=None,
        description="URL of the same database for the owner role: migrations, backup, purge.",
    )
    pg_bin: Path | None = Field(
        default=None,
        description="Folder with PostgreSQL's programs (15 to 18): the embedded server's, and"
        " pg_dump, pg_restore and psql for backups. If set, only these are used.",
    )
    pg_user: str | None = Field(
        default=None,
        description="Account that runs the embedded server when Laurels is started as root.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port that the API listens on.")
    pool_size: int = Field(
        default=10, ge=1, le=200, description="Database connections per process, at most."
    )
    pool_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How long a request waits for a connection before it is answered 503.",
    )
    statement_timeout_seconds: int = Field(
        default=30, ge=1, description="Longest time for one statement of a request."
    )
    trusted_proxies: str = Field(
        default="",
        description=(
            "Comma-separated addresses or networks of proxies whose `X-Forwarded-For` is trusted."
            " Empty: none."
        ),
    )
    media: str | None = Field(
        default=None,
        description="Where uploaded pictures lie: a folder, or `s3://bucket/prefix` with access by"
        " the usual `AWS_…` variables. Unset: the folder `media` in the data folder.",
    )
    body_limit_bytes: int = Field(
        default=1_000_000, ge=1024, description="Largest request body that is accepted."
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key that encrypts secrets at rest, 32 bytes in base64; several, separated by"
        " commas: the first encrypts, all decrypt. Unset: created in the data folder if the"
        " database is the embedded one.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Mail server: `smtp://name:password@host:587`, or `smtps://` for"
        " TLS from the start. `?tls=never` or `?tls=auto` after it for a relay without TLS. Unset:"
        " mails are written to the folder `mail` in the data folder.",
    )
    mail_from: str = Field(
        default="Laurels <laurels@localhost>",
        max_length=320,
        description="Sender of the mails that Laurels sends.",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        max_length=500,
        description="Public address of Laurels, for links in mails; unset: host and port.",
    )
    hash_memory_kib: int = Field(
        default=65_536,
        ge=8,
        le=1_048_576,
        description="Memory for hashing a password (argon2id), in KiB.",
    )
    hash_rounds: int = Field(
        default=3, ge=1, le=20, description="Passes over that memory when a password is hashed."
    )
    webhook_timeout_seconds: float = Field(
        default=15.0, gt=0, le=60, description="How long a webhook endpoint may take to answer."
    )
    webhook_allow_private: bool = Field(
        default=False,
        description="Allow webhooks to private addresses and over plain http; for development.",
    )
    max_streams: int = Field(
        default=10, ge=0, description="Live streams that one API key may have open per process."
    )
    bulk_body_limit_bytes: int = Field(
        default=5_000_000, ge=1024, description="Largest body of a bulk request or a file."
    )
    import_file_limit_bytes: int = Field(
        default=200_000_000,
        ge=1024,
        description="Largest file that can be uploaded for an import; larger ones are imported by"
        " `laurels import`.",
    )
    import_file_days: int = Field(
        default=7,
        ge=1,
        le=365,
        description="After how many days the uploaded file of an import is deleted.",
    )
    worker: bool = Field(
        default=True,
        description="Whether `laurels serve` also runs jobs and delivers events. If not, run"
        " `laurels worker` separately.",
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Number of API processes of `laurels serve`, at most one per core. One of them"
        " includes the worker. Limits per process apply to each. Not on Windows.",
    )
    max_connections: int = Field(
        default=4000,
        ge=1,
        le=100_000,
        description="Number of connections that a process holds at once, including idle ones;"
        " others wait until one ends. Fewer if the system allows fewer open files.",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on which `laurels serve` exposes `/metrics`, `/healthz` and `/readyz`."
        " The API's port then has no `/metrics`. With several processes, each has its own: this"
        " port, the next one, and so on.",
    )
    worker_concurrency: int = Field(
        default=2, ge=1, le=50, description="Number of job runs that a worker carries out at once."
    )
    worker_metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port on which `laurels worker` exposes its metrics; unset: none.",
    )
    request_timeout_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Longest time from a request's arrival to its answer; then it is answered "
        "503, or 408 when its body has not arrived.",
    )
    requests_per_second: int = Field(
        default=100,
        ge=0,
        description="Requests per second that an API key may make, per process, unless its tenant"
        " or plan sets another limit; 0: no limit.",
    )
    failures_per_minute: int = Field(
        default=20,
        ge=0,
        description="Wrong API keys per minute allowed from one address; 0: no limit.",
    )
    log: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="Format of the log on standard error; `auto`: JSON unless it is a terminal.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Lowest level that is logged; above `info`, there is no line per request.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in value.split(","):
            if part.strip():
                ip_network(part.strip())
        return value

    @property
    def address(self) -> str:
        """Where people reach Laurels, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings, read once from the environment."""
    return Settings()
