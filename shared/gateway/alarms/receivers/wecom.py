"""A group robot of WeCom: https://developer.work.weixin.qq.com/document/path/91770"""

from gateway.alarms.protocol import Alarm, Post, Settings, as_json, shortened, titled
from gateway.alarms.receivers import dingtalk

_MOST = 2_048  # bytes of a text


def post(settings: Settings, message: Alarm) -> Post:
    """A text; its address is all there is to prove."""
    body = {"msgtype": "text", "text": {"content": shortened(titled(message), _MOST)}}
    return Post(settings["address"], as_json(body))


problem = dingtalk.problem  # the same fields
