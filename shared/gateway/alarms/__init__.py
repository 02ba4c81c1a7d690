"""Alarms: telling the operator, or the owner of an account, that something happened.

Who is to be told, and that nobody is told twice, is in ``office``; one small module for each receiver in ``receivers``
makes the request and reads the answer, without sending it. Whoever notices something (jobs, the upkeep of channels)
makes the words.
"""
