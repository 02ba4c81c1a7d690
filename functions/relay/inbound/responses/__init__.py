"""OpenAI's Responses API as clients speak it, also for providers that only chat."""
