"""What the error codes and sentences of OpenAI-compatible providers mean: data.

Sources: https://platform.openai.com/docs/guides/error-codes
https://docs.x.ai/docs/key-information/debugging https://api-docs.deepseek.com/quick_start/error_codes
https://platform.moonshot.cn/docs/api/chat https://www.volcengine.com/docs/82379/1299023
https://help.aliyun.com/zh/model-studio/error-code https://docs.siliconflow.cn/cn/faqs/error-code
"""

import re

from gateway.outbound.errors.verdicts import (
    BAD_KEY,
    BUSY,
    CALLER,
    FILTERED,
    NO_ACCESS,
    NO_MODEL,
    NO_MONEY,
    QUOTA_RETURNS,
    RATE,
    Verdict,
)
from gateway.patterns import pattern

# Lower case. The first group that holds one of an error's words decides.
CODES: tuple[tuple[Verdict, frozenset[str]], ...] = (
    (
        FILTERED,
        frozenset(
            (
                "content_filter",
                "content_policy_violation",
                "responsibleaipolicyviolation",
                "moderation_blocked",
                "censorship_blocked",
                "sensitivecontentdetected",
                "inputtextriskdetection",
                "outputtextriskdetection",
                "inputimageriskdetection",
                "inputtextsensitivecontentdetected",
                "outputtextsensitivecontentdetected",
                "data_inspection_failed",
                "datainspectionfailed",
                "content_policy",
                "sensitive",
                "prompt_blocked",
                "safety_check_failed",
                "flagged_input",  # OpenRouter's moderation: https://openrouter.ai/docs/api-reference/errors
            )
        ),
    ),
    (
        NO_MONEY,
        frozenset(
            (
                "insufficient_quota",
                "exceeded_current_quota_error",
                "billing_hard_limit_reached",
                "billing_not_active",
                "insufficient_balance",
                "not_enough_balance",
                "insufficient_credits",
                "insufficient_user_quota",
                "billing_error",
                "accountoverdueerror",
                "arrearage",
                "quotaexceeded",
                "allocationquota.freetieronly",
                "accessdenied.unpurchased",
                "credit_limit_reached",
                "insufficient_funds",
                "payment_required",
                "account_overdue",
            )
        ),
    ),
    (
        BAD_KEY,
        frozenset(
            (
                "invalid_api_key",
                "incorrect_api_key_error",
                "invalid_authentication_error",
                "authentication_error",
                "authenticationerror",
                "account_deactivated",
                "api_key_invalid",
                "invalidapikey",
                "invalid_iam_token",
                "invalid_client",
                "invalid_organization",
                "api_key_expired",
                "organization_restricted",
                "key_disabled",
                "unauthenticated",
            )
        ),
    ),
    (
        NO_ACCESS,
        frozenset(
            (
                "permission_error",
                "forbidden",
                "permission_denied_error",
                "account_suspended",
            )
        ),
    ),
    (
        BUSY,
        frozenset(
            (
                "overloaded_error",
                "engine_overloaded_error",
                "serveroverloaded",
                "server_overloaded",
                "overloaded",
            )
        ),
    ),
    (
        NO_MODEL,
        frozenset(
            (
                "model_not_found",
                "invalid_model",
                "deploymentnotfound",
                "invalidendpointormodel.notfound",
                "modelnotopen",
                "invalidendpointormodel",
                "invalidendpoint.closedendpoint",
                "model_not_available",
                "not_found_error",
                "model_decommissioned",
                "unknown_model",
            )
        ),
    ),
    (
        CALLER,
        frozenset(
            (
                "context_length_exceeded",
                "string_above_max_length",
                "tool_use_failed",
            )
        ),
    ),
    (
        QUOTA_RETURNS,
        frozenset(("setlimitexceeded",)),  # Ark: the account's own limit of use, until it raises it
    ),
    (
        RATE,
        frozenset(
            (
                "rate_limit_exceeded",
                "rate_limit_error",
                "rate_limit_reached_error",
                "rate_limited",
                "ratelimitreached",
                "rpm_rate_limit_exceeded",
                "tpm_rate_limit_exceeded",
                "resource_exhausted",
                "too_many_requests",
                "rate_limit_reached",
                "throttling",
                "requests",
                "tokens",
            )
        ),
    ),
)

# Sentences that say it without a code. A phrase counts only where the sentence begins with it: what a message
# quotes from the user comes later.
PHRASES: tuple[tuple[Verdict, re.Pattern[str]], ...] = tuple(
    (verdict, pattern(phrase, re.IGNORECASE))
    for verdict, phrase in (
        (NO_MONEY, r"your credit balance is too low"),
        (NO_MONEY, r"insufficient (account )?(balance|credits?|funds)\b"),
        (NO_MONEY, r"(sorry, )?your account balance is (insufficient|not enough|too low)"),
        (NO_MONEY, r"(you have |you've )?exceeded your current quota, please check your plan"),
        (NO_MONEY, r"you exceeded your current quota, please check your plan"),
        (NO_MONEY, r"your account \S+ is not active|your account is not active"),
        (NO_MONEY, r"not enough (balance|credits?)\b|you (have )?(run|ran) out of credits"),
        (NO_MONEY, r".{0,12}(已欠费|余额不足|余额已用尽|账户余额不足)"),
        # xAI, with 403 or 429: https://docs.x.ai/docs/key-information/debugging
        (NO_MONEY, r"your (newly created )?team (\S+ )?(doesn.t have any|has either used all available) credits"),
        (BAD_KEY, r"(incorrect|invalid) api[- ]key\b|api[- ]key (is )?(not valid|invalid|expired)"),
        (BAD_KEY, r"authentication fails|invalid authentication\b|the api key you provided is invalid"),
        (BAD_KEY, r"your access was terminated|this organization has been (disabled|restricted)"),
        (BAD_KEY, r"(your |the )?organization has been (disabled|restricted)|your api key has been"),
        (BAD_KEY, r"your (account|request) (has been|was) (deactivated|suspended|terminated)"),
    )
)
