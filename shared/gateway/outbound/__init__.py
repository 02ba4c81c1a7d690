"""Canonical (OpenAI JSON) to provider dialects and back. Pure; four verbs: request, response, stream, error."""
