"""What Bedrock's errors mean. The class is in a header, or in the name of an exception frame.

https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

from gateway.outbound.errors import verdicts
from gateway.outbound.errors.body import ErrorBody, read_error
from gateway.outbound.errors.verdicts import Verdict
from gateway.outbound.protocol import Fault, WireResponse
from gateway.wire.json import obj, parse, string

CLASSES = {
    "ValidationException": Verdict("caller", 400),
    "ServiceQuotaExceededException": Verdict("cooldown", 400),
    "AccessDeniedException": Verdict("retry", 403),  # no access to this model; others may work
    "UnrecognizedClientException": Verdict("disable", 403),
    "InvalidSignatureException": Verdict("disable", 403),
    "IncompleteSignatureException": Verdict("disable", 403),
    "MissingAuthenticationTokenException": Verdict("disable", 403),
    "ExpiredTokenException": Verdict("disable", 403),
    "InvalidClientTokenId": Verdict("disable", 403),
    "OptInRequired": Verdict("disable", 403),
    "ResourceNotFoundException": Verdict("retry", 404),
    "ConflictException": Verdict("retry", 409),
    "ModelTimeoutException": Verdict("retry", 408),
    "ModelErrorException": Verdict("retry", 424),
    "ModelStreamErrorException": Verdict("retry", 424),
    "ThrottlingException": Verdict("cooldown", 429),
    "TooManyRequestsException": Verdict("cooldown", 429),
    "ModelNotReadyException": Verdict("cooldown", 429),
    "InternalServerException": Verdict("retry", 500),
    "InternalFailure": Verdict("retry", 500),
    "ServiceUnavailableException": Verdict("cooldown", 503),
}

# By words of the message, lower case: where the class is missing or says too little.
PHRASES = (
    ("security token included in the request is invalid", verdicts.BAD_KEY),
    ("security token included in the request is expired", verdicts.BAD_KEY),
    ("request signature we calculated does not match", verdicts.BAD_KEY),
    ("api key is not valid", verdicts.BAD_KEY),
    ("model identifier is invalid", verdicts.NO_MODEL),
    ("on-demand throughput isn", verdicts.NO_MODEL),  # this model wants an inference profile
    ("blocked by content filtering policy", verdicts.FILTERED),
)


def fault_of(reply: WireResponse) -> Fault:
    """The fault of an error reply."""
    name = reply.headers.get("x-amzn-errortype") or string(obj(parse(reply.body)).get("__type"))
    return _fault(name.rpartition("#")[2].partition(":")[0], read_error(reply.body), reply)


def in_stream(name: str, payload: bytes) -> Fault:
    """The fault of an exception frame, whose name starts in lower case (``throttlingException``)."""
    return _fault(name[:1].upper() + name[1:], read_error(payload), WireResponse(status=200, body=payload))


def _fault(name: str, error: ErrorBody, reply: WireResponse) -> Fault:
    return verdicts.named(name, error, reply, CLASSES, PHRASES)
