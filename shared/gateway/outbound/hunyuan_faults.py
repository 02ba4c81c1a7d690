"""What Hunyuan's error codes mean.

https://cloud.tencent.com/document/product/1729/101838 and the common codes of API 3.0,
https://cloud.tencent.com/document/product/1729/97730
"""

from collections.abc import Mapping

from gateway.outbound import faults

FAULTS: Mapping[str, faults.Verdict] = {
    "AuthFailure": faults.BAD_KEY,
    "AuthFailure.SignatureExpire": faults.RETRY,  # a clock is wrong, not the key
    "AuthFailure.UnauthorizedOperation": faults.NO_ACCESS,
    "UnauthorizedOperation": faults.NO_ACCESS,
    "RequestLimitExceeded": faults.RATE,
    "LimitExceeded": faults.RATE,
    "InternalError": faults.RETRY,
    "FailedOperation": faults.RETRY,
    "FailedOperation.EngineServerLimitExceeded": faults.RATE,
    "FailedOperation.ResourcePackExhausted": faults.NO_MONEY,
    "FailedOperation.FreeResourcePackExhausted": faults.NO_MONEY,
    "FailedOperation.ServiceStop": faults.NO_MONEY,
    "FailedOperation.ServiceStopArrears": faults.NO_MONEY,
    "FailedOperation.ServiceNotActivated": faults.NO_ACCESS,
    "FailedOperation.UserUnAuthError": faults.NO_ACCESS,
    "FailedOperation.ImageDecodeFailed": faults.CALLER,
    "FailedOperation.ImageDownloadError": faults.CALLER,
    "ResourceUnavailable": faults.BUSY,
    "ResourceUnavailable.InArrears": faults.NO_MONEY,
    "ResourceUnavailable.LowBalance": faults.NO_MONEY,
    "ResourceUnavailable.NotExist": faults.NO_ACCESS,
    "ResourceInsufficient": faults.BUSY,
    "ResourceInsufficient.ChargeResourceExhausted": faults.NO_MONEY,
    "ResourceNotFound": faults.NO_MODEL,
    "InvalidParameter": faults.CALLER,
    "InvalidParameterValue": faults.CALLER,
    "InvalidParameterValue.Model": faults.NO_MODEL,
    "MissingParameter": faults.CALLER,
    "UnknownParameter": faults.CALLER,
    "UnsupportedOperation": faults.CALLER,
    "OperationDenied": faults.Verdict("retry", 403),
    "OperationDenied.TextIllegalDetected": faults.FILTERED,
    "OperationDenied.ImageIllegalDetected": faults.FILTERED,
}
