"""Gemini's API as a provider speaks it; thought signatures are kept in ``blocks``. Vertex AI reuses its parts."""
