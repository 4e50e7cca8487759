"""Person (who may look after an account's shops), SignInLink (one use, a quarter of an hour), Session (a browser)."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.db.columns import Table, big, moment
from app.lib.ids import new_id


class Person(Table, table=True):
    """email in lower case."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("account_id", "email"),)
    id: int = Field(default_factory=new_id, primary_key=True, sa_type=big().sa_type)
    account_id: int = Field(foreign_key="accounts.id", ondelete="CASCADE", sa_type=big().sa_type)
    email: str
    created_at: datetime = moment()


class SignInLink(Table, table=True):
    """Only the digest of what the link carries is kept."""

    __tablename__ = "sign_in_links"
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", sa_type=big().sa_type)
    expires_at: datetime = moment()
    used_at: datetime | None = moment(None)


class Session(Table, table=True):
    """Only the digest of the cookie is kept."""

    __tablename__ = "sessions"
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", sa_type=big().sa_type)
    created_at: datetime = moment()
    expires_at: datetime = moment()
