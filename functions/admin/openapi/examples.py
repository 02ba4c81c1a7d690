"""What the document says of bodies and of parameters that several routes share."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator

from admin.web.fields import loose

CHOSEN = "blue trees walk"  # a password, in examples
BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # what an authenticator app is given, in examples
NAMED = "app"  # a token's name, in examples
MAILED = "2b7e151628aed2a6abf7158809cf4f3c"  # a token, in examples


def example(**fields: Any) -> dict[str, Any]:
    """For ``json_schema_extra`` of a schema: what a test sends, or what an answer looks like.

    An answer's example names the fields worth seeing; the others are filled with their defaults.
    """
    return {"examples": [fields]}


def of_type(name: str, *, refuses: bool = False) -> dict[int | str, dict[str, Any]]:
    """For ``responses`` of a route whose answer is no envelope: what it is instead. A refusal has one all the same."""
    asked = {"schema": {"type": "object" if name == "application/json" else "string"}}
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}} if refuses else {}
    return {200: {"content": refused | {name: asked}}}


Keyword = Annotated[str, Query(description="What to look for.", examples=["a"])]
LogKeyword = Annotated[str, Query(description="A type's number, or how the text begins.", examples=["2"])]
Turnstile = Annotated[str, Query(description="Answer of the Turnstile widget, where the operator has switched it on.")]
Email = Annotated[str, Query(description="An e-mail address.", examples=["alice@example.com"])]
MailedCode = Annotated[str, Query(description="The code that was mailed to the address.", examples=["3f9a1c07"])]
ProviderCode = Annotated[str, Query(description="The code that the provider handed out.", examples=["code0"])]
StateFor = Annotated[
    str, Query(description="Which provider it is for, and then no other takes it; absent: any but OpenID Connect.")
]
BegunState = Annotated[
    str, Query(description="A state from `GET /api/oauth/state`: the browser itself is sent there, and it is used up.")
]
ProviderState = Annotated[str, Query(description="The state from `GET /api/oauth/state`.", examples=["Qk3vT9aBcD"])]
StatusOnly = Annotated[str, Query(description="Anything but empty: change the status and nothing else.")]
TestedModel = Annotated[str, Query(description="The model to test with; the channel's own if absent.")]
TestScope = Annotated[str, Query(description="`all` (also if absent) or `disabled`.", examples=["all"])]
ChannelTag = Annotated[str, Query(description="Only channels with this tag.", examples=["cheap"])]
ChannelGroup = Annotated[str, Query(description="Only channels that serve this group.", examples=["default"])]
ChannelAddress = Annotated[str, Query(description="Only channels in whose address, or their provider's, this stands.")]
ChannelModel = Annotated[str, Query(description="Only channels that offer this model.", examples=["gpt-4o-mini"])]
ModelName = Annotated[str, Query(description="Only entries of this model.", examples=["gpt-4o-mini"])]
TokenName = Annotated[str, Query(description="Only entries of the token with this name.")]
Username = Annotated[str, Query(description="Only entries of the account with this name.", examples=["alice"])]
AfterRequest = Annotated[
    str,
    Query(
        description="Only what came after this request id, as shown in an entry; anything else counts as absent.",
        examples=["2026010112000000012345678901234"],
    ),
]
WithFailures = Annotated[bool, Query(description="Failed requests among the entries, too.")]
RequestId = Annotated[
    str,
    Path(
        description="Request id of an entry, or the id of a recent response.",
        examples=["2026010112000000012345678901234"],
    ),
]
Credential = Annotated[str, Path(description="Id of the passkey.", examples=["ZGV2aWNl"])]
JobName = Annotated[str, Path(description="Name of the job.", examples=["release_holds"])]

_Number = BeforeValidator(loose)
_AS_TEXT = {"type": "string"}  # any text is taken, and counts as 0 if it is no number
EntryKind = Annotated[
    int,
    _Number,
    Query(description="Only entries of this `type`; 0 for all.", examples=["2"], json_schema_extra=_AS_TEXT),
]
From = Annotated[int, _Number, Query(description="Not before this time, in unix seconds.", json_schema_extra=_AS_TEXT)]
Until = Annotated[int, _Number, Query(description="Not after this time, in unix seconds.", json_schema_extra=_AS_TEXT)]
TargetTime = Annotated[
    int,
    _Number,
    Query(description="What is older goes, in unix seconds.", examples=["1767225600"], json_schema_extra=_AS_TEXT),
]
ChannelId = Annotated[int, _Number, Query(description="Only entries of this channel.", json_schema_extra=_AS_TEXT)]
OneUser = Annotated[int, _Number, Query(description="Of this account only.", json_schema_extra=_AS_TEXT)]
ChannelStatusNumber = Annotated[
    int, _Number, Query(description="Only channels with this status.", examples=["1"], json_schema_extra=_AS_TEXT)
]
ChannelType = Annotated[int, _Number, Query(description="Only channels of this type.", json_schema_extra=_AS_TEXT)]
