"""OpenAI's dialect, for OpenAI and everybody compatible; what differs is data in ``quirks``."""
