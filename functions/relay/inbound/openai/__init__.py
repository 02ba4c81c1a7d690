"""OpenAI's API but for Responses: chat, the plain JSON operations, forms, errors, events of pictures and sound."""
