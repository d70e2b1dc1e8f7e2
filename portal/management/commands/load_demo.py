from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from corruption_map.demo import load_demo, remove_demo
from surveys.demo import load_demo_survey, remove_demo_survey
from volunteers.demo import load_demo as load_volunteers
from volunteers.demo import remove_demo as remove_volunteers


class Command(BaseCommand):
    help = "Add made-up rows, marked as such on every page, or take them away again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--remove", action="store_true", help="delete the made-up rows and no other"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            remove_volunteers()
            remove_demo_survey()
            self.stdout.write(f"{remove_demo()} made-up risks removed")
            return
        load_volunteers()
        made = load_demo()
        load_demo_survey()
        self.stdout.write(
            f"{made} made-up risks added"
            if made
            else "The made-up rows are there already"
        )
