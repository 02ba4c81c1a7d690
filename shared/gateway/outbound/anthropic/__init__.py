"""Anthropic's Messages API as a provider speaks it. Bedrock and Vertex AI reuse its parts."""
