"""Reading both sides after a move, and telling whatever is not equal. Nothing here writes, and nothing here guesses."""
