"""The running steps on a terminal: each with a clock, and below it the last lines of its output."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text


def started(console: Console) -> Progress:
    """Tasks have the fields `live` (a Live) and `left` (a text)."""
    title = TextColumn("{task.description}", markup=False)
    left = TextColumn("{task.fields[left]}", style="dim")
    columns = (SpinnerColumn(), title, TimeElapsedColumn(), left)
    progress = _Steps(*columns, console=console, transient=True)
    progress.start()
    return progress


class _Steps(Progress):
    """Each running step in a line of its own, and below it, over the whole width, its output."""

    def get_renderables(self) -> Iterator[RenderableType]:
        for task in self.tasks:
            yield self.make_tasks_table([task])
            if lines := task.fields["live"].lines(self.console.width):
                yield Text(lines, no_wrap=True)
