"""Handing mails to an SMTP server, one connection for many, each outcome told apart."""

import smtplib
import ssl
from types import TracebackType
from urllib.parse import unquote, urlsplit

from app.errors import PlatformDown, Refused, Uncertain

_TIMEOUT = 30.0


class Unwritable(Refused):
    """No mail server was asked: such a mail cannot be."""


class Transport:
    """One connection to smtp://[user:password@]host[:port] (STARTTLS where offered) or smtps://…"""

    def __init__(self, url: str, address: str | None = None) -> None:
        """address: connect to this very address (checked before), the name in `url` being for TLS."""
        self._parts = urlsplit(url)
        self._address = address
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def deliver(self, sender: str, to: str, message: bytes) -> None:
        """Hand over one mail. Raises Refused (5xx: never again), PlatformDown (not taken, try later), Uncertain (the
        line went dead after the mail was handed over and before it was acknowledged)."""
        if not (sender + to).isascii():
            raise Unwritable(f"{to} cannot be told to a mail server: it has letters beyond ASCII")
        smtp = self._connected()
        try:
            self._envelope(smtp, sender, to)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise PlatformDown(f"the mail server went away before the mail was handed over: {error}") from error
        try:
            code, said = smtp.data(message)
        except smtplib.SMTPDataError as error:
            raise _answered(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Uncertain(f"the mail server went away while it took the mail: {error}") from error
        if code != 250:
            raise _answered(code, said)

    def greet(self) -> None:
        """Connect and sign in. Raises PlatformDown, or smtplib's words where we are not let in."""
        self._connected()

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _envelope(self, smtp: smtplib.SMTP, sender: str, to: str) -> None:
        for code, said in (smtp.mail(sender), smtp.rcpt(to)):
            if code not in (250, 251):
                smtp.rset()
                raise _answered(code, said)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._open()
            except (OSError, smtplib.SMTPException) as error:
                raise PlatformDown(f"the mail server {self._parts.hostname} does not answer: {error}") from error
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        name, secure = self._parts.hostname or "", self._parts.scheme == "smtps"
        port = self._parts.port or (465 if secure else 25)
        context = ssl.create_default_context()
        smtp = smtplib.SMTP(timeout=_TIMEOUT)
        if secure:
            smtp = smtplib.SMTP_SSL(timeout=_TIMEOUT, context=context)
        smtp._host = name  # type: ignore[attr-defined]  # the name that TLS checks, whichever address we connect to
        smtp.connect(self._address or name, port)
        smtp.ehlo_or_helo_if_needed()
        if not secure and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        if self._parts.username:
            smtp.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        return smtp


def _answered(code: int, said: bytes | str) -> Exception:
    words = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return Refused(f"the mail server refused: {words}") if code >= 500 else PlatformDown(f"not now: {words}")
