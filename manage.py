#!/usr/bin/env python
"""Django's command line, for Foureyes."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("FOUREYES_MODE", "demo")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a setting is missing or nonsense: the sentence is enough
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
