"""What the management API says to people: messages and mails, in Chinese and English.

Wording only, with no decision about when it is said. How mail goes out is ``gateway.mail``.
"""
