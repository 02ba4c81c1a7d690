"""What ``tools.certify`` looks at with a provider, an account and a key of its own.

``fake_provider`` is what answers, ``beside`` puts it next to the stack, ``ground`` makes the account and the channel
and takes them away; ``dialects`` is what is asked, and ``corpus``, ``limits``, ``money``, ``freeze`` and ``roles`` are
the checks. A check is a sentence and what raises ``Failed`` or ``Untold``, or returns what it saw.
"""
