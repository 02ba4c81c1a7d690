"""A DynamoDB that enforces the template's roles, as IAM would, in front of the embedded one.

``policy`` is what roles may do, ``requests`` what a request asks for, ``endpoint`` the database over HTTP, where a
function is known by its credentials, and ``inside`` the same within one process, where it is known by its task.
"""
