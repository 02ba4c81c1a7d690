"""What the names of OpenAI's models say."""

from gateway.patterns import pattern

# The o series, and GPT from 5 on; fine-tuned ones, and deployments that leave the dot out ("gpt-51", but not "gpt-35").
REASONING = r"(ft:)?(o[1-9]\d*(?=[-:]|$)|gpt-([5-9]\d?|1\d)(?!\d))"
_REASONING = pattern(REASONING)


def reasons(model: str) -> bool:
    """Whether the model thinks, and so takes an effort, and a limit by its newer name alone.

    https://platform.openai.com/docs/guides/reasoning
    """
    return _REASONING.match(model) is not None
