"""The whole gateway on one machine: embedded DynamoDB, relay, management API, site and schedules in one command."""
