"""DynamoDB as it behaves when many meet at one item: transactions hold, meetings are refused, units are counted.

``client.ContendingDynamo`` is the relay's own client on an engine of this process; ``server.contending`` serves an
engine over HTTP for everybody else. What AWS documents and this emulates is listed at ``engine`` and ``contention``;
that its expressions mean what others take them to mean is shown by running the same cases on the embedded database.
"""
