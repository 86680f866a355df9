"""A worker that does what a test tells it: what a WorkerProcess has, without a process."""


class ScriptedWorker:
    """`say` and `end` are for the test; `started` are the arguments that it was started with, None before."""

    def __init__(self, folder):
        self.folder, self.messages = folder, folder / "messages.txt"
        self.started, self.failure, self.reason = None, None, "It was ended by the test."
        self.asked, self.wasKilled, self.wasLeft = set(), False, False
        self._events, self._alive, self._succeeded = [], False, False

    def say(self, kind, **facts):
        """An event that the job finds at its next turn."""
        self._events.append({"event": kind, "time": 0.0, **facts})

    def end(self, succeeded=True):
        """The end of the process."""
        self._alive, self._succeeded = False, succeeded

    def start(self, arguments, canPause=False):
        if self.failure is not None:
            raise self.failure
        self.started, self._alive = list(map(str, arguments)), True

    def attach(self):
        self._alive = True
        return True

    def isAlive(self):
        return self._alive

    def hasSucceeded(self):
        return self._succeeded

    def kill(self):
        self.wasKilled = True
        self.end(succeeded=False)

    def wait(self):
        self.close()

    def close(self):
        self.wasLeft = True

    def ask(self, request):
        self.asked.add(request)
        return True

    def withdraw(self, request):
        self.asked.discard(request)

    def isAsked(self, request):
        return request in self.asked

    def read(self):
        events, self._events = self._events, []
        return events, True

    def explain(self):
        return self.reason


def saying(*events, succeeded=True):
    """Makes workers that say (kind, facts) of each event when they are started, and end."""

    class Worker(ScriptedWorker):
        def start(self, arguments, canPause=False):
            super().start(arguments, canPause)
            for kind, facts in events:
                self.say(kind, **facts)
            self.end(succeeded)

    return Worker
