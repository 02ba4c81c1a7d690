"""Workers AI: the compatible endpoints, and ``run`` for models that have none."""
