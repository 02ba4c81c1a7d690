"""Where files go that outlive the tables: a bucket of S3, or a folder."""

from pathlib import Path
from typing import Any, Protocol

from gateway.config import ExportSettings
from gateway.records import dataclass


class Archive(Protocol):
    """Takes whole files; a name that is there already is replaced."""

    def put(self, name: str, content: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class FolderArchive:
    """A folder of this machine; a file is there whole or not at all."""

    root: Path

    def put(self, name: str, content: bytes) -> None:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(target.name + ".part")
        aside.write_bytes(content)
        aside.replace(target)


@dataclass(frozen=True, slots=True)
class BucketArchive:
    """A bucket, of which nothing but putting is asked."""

    name: str
    client: Any

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=name, Body=content)


def archive(settings: ExportSettings) -> Archive | None:
    """The archive that is named; ``None`` if none is."""
    if settings.bucket:
        import boto3  # noqa: PLC0415 (110 ms, needed by one job)

        return BucketArchive(settings.bucket, boto3.client("s3"))  # pyright: ignore[reportUnknownMemberType]
    return FolderArchive(Path(settings.folder)) if settings.folder else None
