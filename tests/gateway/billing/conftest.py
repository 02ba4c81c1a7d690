"""A busy machine is not a failing test: Hypothesis counts examples here, not milliseconds."""

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
