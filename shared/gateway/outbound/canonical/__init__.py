"""Reading canonical requests and building canonical replies, for any dialect that converts.

A file per part of a request: messages, chat (everything else in one), tools, media, images, embeddings. What is
particular to one provider stays in that provider's folder.
"""
