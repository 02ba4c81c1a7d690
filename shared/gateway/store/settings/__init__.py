"""What is kept about the gateway itself: options, administrators' audit log, progress of jobs, counters of ids."""
