"""Scheduled work: one handler for all jobs, told by its event which to run.

When a job runs is in infra/template.yaml, and in local/schedules.py for the local run. What the management API does on
demand as well belongs to ``gateway.upkeep``.
"""
