"""Alibaba's native API: ``chat``, and in ``dialect`` embeddings and pictures as tasks.

Its compatible API is OpenAI's dialect with quirks. How tasks are waited for is ``outbound.tasks``.
"""
