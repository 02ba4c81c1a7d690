"""Alibaba's native API: chat, embeddings, pictures as tasks."""
