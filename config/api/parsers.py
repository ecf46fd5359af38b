"""JSON as the API takes it: strict, limited in size, without anything that a database refuses later."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class TooLarge(APIException):
    status_code = 413
    default_code = "too_large"

    def __init__(self, most: int) -> None:
        super().__init__(f"The body is larger than {most:,} bytes, the most that one request may have.")


class StrictJSONParser(BaseParser):
    """No body is an empty body. NaN, NUL and lone surrogates are refused, and what is nested without end."""

    media_type = "application/json"

    def most(self) -> int:
        """How many bytes a body may have."""
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(self.most() + 1)
        if len(body) > self.most():
            raise TooLarge(self.most())
        if not body.strip():
            return {}
        try:
            text = body.decode("utf-8")
            data = json.loads(text, parse_constant=_refuse, parse_float=_finite)
            if "\\u" in text:  # only an escape can hide them
                _refuse_odd_characters(data)
        except UnicodeError as error:
            raise ParseError("The body is not valid UTF-8, or has half a surrogate pair.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error
        return data


class SmallJSONParser(StrictJSONParser):
    """For decisions, which are a few words: nobody makes the server read 64 MB for one."""

    def most(self) -> int:
        return min(1_000_000, super().most())


def _refuse_odd_characters(data: Any) -> None:
    """No text has NUL, or half a surrogate pair (a UnicodeError)."""
    rest = [data]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            rest += one
        elif isinstance(one, str):
            one.encode()
            if "\x00" in one:
                raise ValueError("NUL characters are not allowed.")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:20]} is too large a number.")
    return number
