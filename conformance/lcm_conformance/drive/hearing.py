"""Which messages answer a proper request while it is awaited, and how long to listen beyond one that may not."""

from __future__ import annotations

from lcm_conformance.drive.pace import Pace
from lcm_conformance.drive.session import Session
from lcm_conformance.record.reply import Message, Shape, is_reply_at_once
from lcm_conformance.record.transcript import Exchange

_DOUBTFUL = {Shape.EMPTY, Shape.ELSEWHERE}


class Hearing:
    """What a run has learnt of how its endpoint answers; shared by its lanes.

    `is_weak`: proper requests are answered by no more than a ContactOD without a contact; `is_elsewhere`: a contact
    under another subtopic is all that comes.
    """

    def __init__(self, pace: Pace) -> None:
        self.is_weak = self.is_elsewhere = False
        self._pace = pace

    def wait(self, session: Session, request: str, seconds: float) -> None:
        """Listen until the reply to a proper request is there, at most for so many seconds.

        What may not be it is listened beyond: a ContactOD without a contact for a silence, a contact under another
        subtopic until the reply would be late, unless no more came the last time: it may be a copy that belongs to the
        request before.
        """
        heard = session.listen(seconds, lambda heard: self.is_reply(heard[-1], request) or heard[-1].shape in _DOUBTFUL)
        doubtful = heard[-1].shape if heard else None
        if doubtful is Shape.EMPTY and not self.is_weak:
            session.listen(min(seconds, self._pace.silence), lambda heard: self.is_reply(heard[-1], request))
        elif doubtful is Shape.ELSEWHERE and not self.is_elsewhere:
            more = session.listen(seconds, lambda heard: heard[-1].shape is Shape.CONTACT)
            came = any(message.shape is Shape.CONTACT for message in more)
            self.is_elsewhere = not came and not session.is_over

    def is_reply(self, message: Message, request: str) -> bool:
        """Whether a message answers a proper request, if only by something ill-formed."""
        is_weak = self.is_weak and message.shape is Shape.EMPTY
        return self._answers(message) or is_weak or is_reply_at_once(message, (request,))

    def is_settled(self, message: Message) -> bool:
        """Whether a message answers with a contact or refuses openly."""
        return self._answers(message) or message.shape in {Shape.EMPTY, Shape.ERROR}

    def is_answered(self, exchange: Exchange) -> bool:
        """Whether a proper request was answered, if only by something ill-formed."""
        return any(self.is_reply(Message(event), exchange.request) for event in exchange.received)

    def came_elsewhere(self, exchange: Exchange) -> bool:
        """Whether all that came for a proper request is a contact under another subtopic."""
        return not self.is_answered(exchange) and any(
            Message(event).shape is Shape.ELSEWHERE for event in exchange.received
        )

    def _answers(self, message: Message) -> bool:
        """Whether it hands out a contact that was asked for: one under another subtopic may be the last one's copy."""
        return message.hands_out and (self.is_elsewhere or message.shape is not Shape.ELSEWHERE)
