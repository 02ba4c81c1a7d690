"""One file per scheduled job.

A job can run twice, or end halfway, without harm: what it has done is noted in the tables. Its line is in
``cron.app``.
"""
