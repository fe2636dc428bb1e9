"""An event log that somebody is writing."""
import json


class GrowingLog:
    def __init__(self, path):
        self.path = path
        self.file = None
        self.torn = ""  # a line that is not whole yet

    def read(self):
        """Yields the events that have come since the last call. There need not be a file yet."""
        if self.file is None and self.path.exists():
            self.file = open(self.path, encoding="utf-8")
        for line in self.file or []:
            self.torn += line
            if self.torn.endswith("\n"):
                yield json.loads(self.torn)
                self.torn = ""

    def close(self):
        if self.file is not None:
            self.file.close()
