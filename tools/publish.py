"""Puts the site into a deployed stack's bucket and has CloudFront forget the old one.

    python -m tools.publish --stack one-api
    python -m tools.publish --stack one-api --empty     before the stack is deleted: a bucket must be empty

What is published is frontend/dist, or the site of a release (``--site site.zip``).
"""

import mimetypes
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from local.places import BUILT_SITE
from local.static_site import NOT_BUILT, built, cache_control
from tools.stack import Stack, StackMissing, chosen, parser_for


def publish(stack: Stack, folder: Path) -> int:
    """Upload every file, start page last, delete what is no longer there; answers how many there are."""
    s3, bucket = stack.client("s3"), stack.outputs["SiteBucketName"]
    files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
    for key in sorted(files, key=lambda key: key == "index.html"):
        kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
        how = {"ContentType": kind, "CacheControl": cache_control(key)}
        s3.put_object(Bucket=bucket, Key=key, Body=files[key].read_bytes(), **how)
    _delete(stack, _keys(stack) - files.keys())
    if "DistributionId" not in stack.outputs:
        return len(files)
    paths = {"Quantity": 1, "Items": ["/*"]}
    stack.client("cloudfront").create_invalidation(
        DistributionId=stack.outputs["DistributionId"],
        InvalidationBatch={"Paths": paths, "CallerReference": str(time.time_ns())},
    )
    return len(files)


def empty(stack: Stack) -> int:
    """Delete every file of the bucket."""
    keys = _keys(stack)
    _delete(stack, keys)
    return len(keys)


def _keys(stack: Stack) -> set[str]:
    pages = stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stack.outputs["SiteBucketName"])
    return {entry["Key"] for page in pages for entry in page.get("Contents", [])}


def _delete(stack: Stack, keys: set[str]) -> None:
    s3, bucket = stack.client("s3"), stack.outputs["SiteBucketName"]
    listed = sorted(keys)
    for start in range(0, len(listed), 1000):
        batch = [{"Key": key} for key in listed[start : start + 1000]]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})


def main(arguments: list[str] | None = None) -> int:
    parser = parser_for(__doc__)
    parser.add_argument("--empty", action="store_true", help="delete every file instead")
    parser.add_argument("--site", type=Path, help="site.zip of a release, in the place of frontend/dist")
    options = parser.parse_args(arguments)
    try:
        stack = chosen(options)
    except StackMissing as missing:
        print(f"publish: {missing}", file=sys.stderr)
        return 1
    if options.empty:
        print(f"publish: deleted {empty(stack)} files")
        return 0
    with TemporaryDirectory() as unpacked:
        folder = BUILT_SITE
        if options.site:
            folder = Path(unpacked)
            zipfile.ZipFile(options.site).extractall(folder)
        if not built(folder):
            print(f"publish: {NOT_BUILT}", file=sys.stderr)
            return 1
        print(f"publish: {publish(stack, folder)} files of {options.site or folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
