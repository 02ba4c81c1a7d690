"""The commands, a file for each group. What several need stands beside this package."""
