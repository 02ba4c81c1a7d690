"""What is kept about the gateway itself: options, administrators' audit log, progress of jobs, counters of ids.

Which options there are, and their checks, is ``gateway.domain.options``; the environment is ``gateway.config``.
"""
