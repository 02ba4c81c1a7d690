"""Gemini's generateContent and embedContent as clients speak them."""
