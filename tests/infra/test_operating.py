"""What a stack needs to stay up: brakes, alarms that see, retries, answers in the caller's shape."""

import json
from typing import Any

import pytest

from cron.app import JOBS
from local.places import TEMPLATE
from local.schedules import FREQUENCIES
from local.tables import read_template
from tests.infra.test_template import defined, translated

Json = dict[str, Any]


@pytest.fixture(scope="module")
def template() -> Json:
    return read_template(TEMPLATE)


def alarms() -> dict[str, Json]:
    return defined("AWS::CloudWatch::Alarm")


def test_relays_and_managers_can_be_kept_apart_and_neither_is_by_default(template: Json) -> None:
    """A new account has ten at once, of which none may be reserved."""
    for function, parameter in (("Relay", "RelayReservedConcurrency"), ("Admin", "AdminReservedConcurrency")):
        _, given, otherwise = template["Resources"][f"{function}Function"]["Properties"][
            "ReservedConcurrentExecutions"
        ]["Fn::If"]
        assert (given, otherwise) == ({"Ref": parameter}, {"Ref": "AWS::NoValue"})
        assert template["Parameters"][parameter]["Default"] == ""


def test_the_stage_has_a_throttle_on_every_route() -> None:
    (stage,) = [r for r in translated()["Resources"].values() if r["Type"] == "AWS::ApiGateway::Stage"]
    assert stage["Properties"]["MethodSettings"] == [
        {
            "ResourcePath": "/*",
            "HttpMethod": "*",
            "ThrottlingRateLimit": {"Ref": "ApiRateLimit"},
            "ThrottlingBurstLimit": {"Ref": "ApiBurstLimit"},
        }
    ]


def test_each_job_that_runs_by_default_is_missed_by_itself() -> None:
    missed = {
        alarm["Dimensions"][0]["Value"]: alarm for alarm in alarms().values() if alarm.get("MetricName") == "JobDone"
    }
    assert missed.keys() == {frequency.job for frequency in FREQUENCIES if frequency.default} <= JOBS.keys()
    for job, alarm in missed.items():
        assert alarm["Dimensions"] == [{"Name": "job", "Value": job}]
        assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")


def test_schedules_are_a_group_of_which_the_undelivered_are_counted(template: Json) -> None:
    assert all(
        schedule["GroupName"] == {"Ref": "Schedules"} for schedule in defined("AWS::Scheduler::Schedule").values()
    )
    undelivered = alarms()["SchedulesUndelivered"]
    assert undelivered["Dimensions"] == [{"Name": "ScheduleGroup", "Value": {"Ref": "Schedules"}}]
    assert undelivered["MetricName"] == "TargetErrorCount"
    trust = template["Resources"]["SchedulerRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_nightly_job_is_tried_again_and_no_other() -> None:
    tries = {
        json.loads(schedule["Target"]["Input"])["job"]: schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"]
        for schedule in defined("AWS::Scheduler::Schedule").values()
    }
    assert tries.pop("audit") == 3
    assert set(tries.values()) == {0}


def test_the_database_is_watched_for_conflicts_throttling_failures_and_refusals() -> None:
    watched = alarms()
    assert {"DatabaseErrors", "DeniedCalls", "SlowFirstBytes"} <= watched.keys()
    of_dynamodb = [alarm for alarm in watched.values() if alarm["Namespace"] == "AWS/DynamoDB"]
    pairs = {(alarm["MetricName"], alarm["Dimensions"][0]["Value"]["Ref"]) for alarm in of_dynamodb}
    assert pairs == {
        *(("TransactionConflict", f"{table}Table") for table in ("Users", "Tokens", "Channels")),
        *(("WriteThrottleEvents", f"{table}Table") for table in ("Users", "Tokens", "Logs", "Counters")),
    }


def test_refusals_and_failures_are_counted_in_the_log_of_every_function() -> None:
    filters = defined("AWS::Logs::MetricFilter").values()
    counted = {(f["LogGroupName"]["Ref"], f["MetricTransformations"][0]["MetricName"]) for f in filters}
    groups = {f"{function}Logs" for function in ("Relay", "Admin", "Cron")}
    assert counted == {(group, metric) for group in groups for metric in ("DeniedCalls", "DatabaseErrors")}


def test_debug_lines_pass_lambdas_own_filter(template: Json) -> None:
    for name in ("RelayFunction", "AdminFunction", "CronFunction"):
        logging = template["Resources"][name]["Properties"]["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        assert logging["ApplicationLogLevel"] == {"Fn::If": ["Debugs", "DEBUG", "INFO"]}


def test_bytes_of_pictures_sounds_and_archives_arrive_as_bytes(template: Json) -> None:
    binary = template["Resources"]["Api"]["Properties"]["BinaryMediaTypes"]
    assert {"image~1*", "audio~1*", "video~1*", "application~1pdf", "application~1zip", "application~1gzip"} <= set(
        binary
    )
    assert "*~1*" not in binary  # JSON stays text: base64 would take a third of the 6 MB


@pytest.mark.parametrize("kind", ["REQUEST_TOO_LARGE", "DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN"])
def test_what_the_api_refuses_itself_has_openais_shape(kind: str, template: Json) -> None:
    answer = template["Resources"]["Api"]["Properties"]["GatewayResponses"][kind]
    body = answer["ResponseTemplates"]["application/json"].replace("$context.error.messageString", '"message"')
    assert json.loads(body)["error"].keys() == {"message", "type", "param", "code"}
    if kind == "REQUEST_TOO_LARGE":
        assert answer["StatusCode"] == 413 and "6 MB" in body


def test_what_the_firewall_refuses_has_openais_shape_and_may_be_read_by_browsers() -> None:
    (acl,) = defined("AWS::WAFv2::WebACL").values()
    refusal = acl["Rules"][0]["Action"]["Block"]["CustomResponse"]
    content = acl["CustomResponseBodies"][refusal["CustomResponseBodyKey"]]
    assert json.loads(content["Content"])["error"].keys() == {"message", "type", "param", "code"}
    headers = {header["Name"]: header["Value"] for header in refusal["ResponseHeaders"]}
    assert refusal["ResponseCode"] == 429
    assert headers == {"access-control-allow-origin": "*", "retry-after": "300"}


def test_a_request_that_lambda_would_refuse_is_refused_by_the_relay_with_a_reason(template: Json) -> None:
    assert template["Parameters"]["RelayMaxBody"]["Default"] == 6 * 1024 * 1024


def test_the_site_has_both_kinds_of_addresses_and_goes_where_it_is_told(template: Json) -> None:
    records = {
        record["Type"]
        for record in defined("AWS::Route53::RecordSet").values()
        if record["Name"] == {"Ref": "SiteDomainName"}
    }
    distribution = template["Resources"]["Site"]["Properties"]["DistributionConfig"]
    assert distribution["IPV6Enabled"] and records == {"A", "AAAA"}
    assert distribution["PriceClass"] == {"Ref": "SitePriceClass"}
