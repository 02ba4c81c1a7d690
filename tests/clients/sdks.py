"""Vendors' libraries: one question, or one that needs a tool, whose result the library hands back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import openai
from google import genai
from google.genai import types

from tests.clients.seats import Seat

MODEL = "some-model"
SCHEMA: Any = {
    "type": "object",
    "properties": {"path": {"type": "string", "description": "Of the note"}},
    "required": ["path"],
}
TOLD = "Reads a note."
Ask = Callable[[Seat, str, bool], str]  # prompt; whether it is streamed: what the model said at last


def read_note(path: str) -> str:
    """Reads a note.

    Args:
        path: Of the note.
    """
    return Path(path).read_text()


def chat(seat: Seat, prompt: str, streamed: bool) -> str:
    """OpenAI's chat."""
    messages: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": prompt}]
    tool: Any = {"type": "function", "function": {"name": "read_note", "description": TOLD, "parameters": SCHEMA}}
    with openai.OpenAI(base_url=f"{seat.url}/v1", api_key=seat.account.key, max_retries=0) as client:
        while True:
            given: Any = {"model": MODEL, "messages": messages, "tools": [tool]}
            if streamed:
                with client.chat.completions.stream(**given) as stream:
                    said: Any = stream.get_final_completion().choices[0]
            else:
                said = client.chat.completions.create(**given).choices[0]
            if said.finish_reason != "tool_calls":
                return said.message.content
            calls = [(call.id, call.function.name, call.function.arguments) for call in said.message.tool_calls]
            made = [
                {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
                for id, name, arguments in calls
            ]
            messages.append({"role": "assistant", "content": said.message.content, "tool_calls": made})
            for call in said.message.tool_calls:
                result = read_note(**json.loads(call.function.arguments))
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})


def responses(seat: Seat, prompt: str, streamed: bool) -> str:
    """OpenAI's Responses API."""
    items: Any = [{"role": "user", "content": prompt}]
    tool: Any = {
        "type": "function", "name": "read_note", "description": TOLD, "strict": True,
        "parameters": {**SCHEMA, "additionalProperties": False},
    }  # fmt: skip
    with openai.OpenAI(base_url=f"{seat.url}/v1", api_key=seat.account.key, max_retries=0) as client:
        while True:
            given: Any = {"model": MODEL, "input": items, "tools": [tool], "store": False, "instructions": "Be brief."}
            if streamed:
                with client.responses.stream(**given) as stream:
                    made: Any = stream.get_final_response()
            else:
                made = client.responses.create(**given)
            calls = [item for item in made.output if item.type == "function_call"]
            if not calls:
                return made.output_text
            items += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in made.output]
            for call in calls:
                result = read_note(**json.loads(call.arguments))
                items.append({"type": "function_call_output", "call_id": call.call_id, "output": result})


def messages(seat: Seat, prompt: str, streamed: bool) -> str:
    """Anthropic's Messages, thinking."""
    conversation: Any = [{"role": "user", "content": prompt}]
    tool: Any = {"name": "read_note", "description": TOLD, "input_schema": SCHEMA}
    thinking: Any = {"type": "enabled", "budget_tokens": 1024}
    with anthropic.Anthropic(base_url=seat.url, api_key=seat.account.key, max_retries=0) as client:
        while True:
            given: Any = {
                "model": MODEL,
                "max_tokens": 2000,
                "messages": conversation,
                "tools": [tool],
                "system": "Go.",
            }
            if streamed:
                with client.messages.stream(**given, thinking=thinking) as stream:
                    made: Any = stream.get_final_message()
            else:
                made = client.messages.create(**given, thinking=thinking)
            if made.stop_reason != "tool_use":
                return "".join(block.text for block in made.content if block.type == "text")
            calls = [block for block in made.content if block.type == "tool_use"]
            results = [
                {"type": "tool_result", "tool_use_id": call.id, "content": read_note(**call.input)} for call in calls
            ]
            conversation += [{"role": "assistant", "content": made.content}, {"role": "user", "content": results}]


def tool_runner(seat: Seat, prompt: str, streamed: bool) -> str:
    """Anthropic's library, which runs the tools itself."""
    with anthropic.Anthropic(base_url=seat.url, api_key=seat.account.key, max_retries=0) as client:
        given: Any = {
            "model": MODEL, "max_tokens": 2000, "messages": [{"role": "user", "content": prompt}],
            "tools": [anthropic.beta_tool(read_note)],
        }  # fmt: skip
        if streamed:
            *_, last = (part.get_final_message() for part in client.beta.messages.tool_runner(**given, stream=True))
        else:
            last = client.beta.messages.tool_runner(**given).until_done()
        return "".join(block.text for block in last.content if block.type == "text")


def generate(seat: Seat, prompt: str, streamed: bool) -> str:
    """Google's library, which runs the tools itself."""
    options = types.HttpOptions(base_url=seat.url)
    client = genai.Client(api_key=seat.account.key, http_options=options)
    config = types.GenerateContentConfig(tools=[read_note], system_instruction="Be brief.", max_output_tokens=2000)
    given: Any = {"model": MODEL, "contents": prompt, "config": config}
    with client:
        if streamed:
            return "".join(part.text or "" for part in client.models.generate_content_stream(**given))
        return client.models.generate_content(**given).text or ""


LIBRARIES: dict[str, Ask] = {
    "openai's chat": chat,
    "openai's responses": responses,
    "anthropic's messages": messages,
    "anthropic's tool runner": tool_runner,
    "google's": generate,
}
