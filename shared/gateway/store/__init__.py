"""The DynamoDB tables: the only package that knows how anything is kept.

``schema`` says what is kept, ``client`` speaks with DynamoDB, and by subject: ``accounts``, ``channels``, ``money``,
``settings``. ``reader`` is what the relay reads. docs/data.md lists every access; what things mean is ``domain``.
"""
