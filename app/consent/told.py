"""What we told the platform ourselves: when it comes back it is no news."""

from collections.abc import Sequence
from datetime import datetime

from app.consent.addresses import address_key
from app.consent.entries import Said
from app.db.batch import Batch
from connectors.records import ConsentRecord

KINDS = {"email": "email_consent", "sms": "sms_consent"}  # channel -> the change that tells of it


def news(batch: Batch, said: Sequence[Said]) -> list[Said]:
    """What a platform states less what we told it."""
    own = own_words(batch, [one for _, one, _ in said])
    return [each for each in said if each[1] not in own]


def own_words(batch: Batch, said: Sequence[ConsentRecord]) -> set[ConsentRecord]:
    """Those that we told: the same address, state and second."""
    subjects = {address_key(one.address) for one in said if one.channel in KINDS and one.at}
    if not subjects:
        return set()
    rows = batch.rows(_TOLD, {"subjects": list(subjects)}, jsons=[2])
    told = {(kind, subject, word["state"], datetime.fromisoformat(word["at"])) for kind, subject, word in rows}
    return {one for one in said if (KINDS.get(one.channel), address_key(one.address), one.state, one.at) in told}


_TOLD = """
    SELECT kind, subject, payload FROM platform_writes
    WHERE shop_id = :shop_id AND subject = ANY(:subjects) AND kind IN ('email_consent', 'sms_consent')
      AND state NOT IN ('failed', 'superseded')"""
