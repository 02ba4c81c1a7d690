"""What Hunyuan's error codes mean.

https://cloud.tencent.com/document/product/1729/101838 and the common codes of API 3.0,
https://cloud.tencent.com/document/product/1729/97730
"""

from collections.abc import Mapping

from gateway.outbound.errors import verdicts

FAULTS: Mapping[str, verdicts.Verdict] = {
    "AuthFailure": verdicts.BAD_KEY,
    "AuthFailure.SignatureExpire": verdicts.RETRY,  # a clock is wrong, not the key
    "AuthFailure.UnauthorizedOperation": verdicts.NO_ACCESS,
    "UnauthorizedOperation": verdicts.NO_ACCESS,
    "RequestLimitExceeded": verdicts.RATE,
    "LimitExceeded": verdicts.RATE,
    "InternalError": verdicts.RETRY,
    "FailedOperation": verdicts.RETRY,
    "FailedOperation.EngineServerLimitExceeded": verdicts.RATE,
    "FailedOperation.ResourcePackExhausted": verdicts.NO_MONEY,
    "FailedOperation.FreeResourcePackExhausted": verdicts.NO_MONEY,
    "FailedOperation.ServiceStop": verdicts.NO_MONEY,
    "FailedOperation.ServiceStopArrears": verdicts.NO_MONEY,
    "FailedOperation.ServiceNotActivated": verdicts.NO_ACCESS,
    "FailedOperation.UserUnAuthError": verdicts.NO_ACCESS,
    "FailedOperation.ImageDecodeFailed": verdicts.CALLER,
    "FailedOperation.ImageDownloadError": verdicts.CALLER,
    "ResourceUnavailable": verdicts.BUSY,
    "ResourceUnavailable.InArrears": verdicts.NO_MONEY,
    "ResourceUnavailable.LowBalance": verdicts.NO_MONEY,
    "ResourceUnavailable.NotExist": verdicts.NO_ACCESS,
    "ResourceInsufficient": verdicts.BUSY,
    "ResourceInsufficient.ChargeResourceExhausted": verdicts.NO_MONEY,
    "ResourceNotFound": verdicts.NO_MODEL,
    "InvalidParameter": verdicts.CALLER,
    "InvalidParameterValue": verdicts.CALLER,
    "InvalidParameterValue.Model": verdicts.NO_MODEL,
    "MissingParameter": verdicts.CALLER,
    "UnknownParameter": verdicts.CALLER,
    "UnsupportedOperation": verdicts.CALLER,
    "OperationDenied": verdicts.Verdict("retry", 403),
    "OperationDenied.TextIllegalDetected": verdicts.FILTERED,
    "OperationDenied.ImageIllegalDetected": verdicts.FILTERED,
}
