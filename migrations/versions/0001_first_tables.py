"""First tables"""

import sqlalchemy as sa
from alembic import op

from app.db.columns import JsonText, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("billing", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=True),
        sa.Column("billed_until", UtcTime(), nullable=True),
        sa.Column("billed_shop_id", sa.BigInteger(), nullable=True),
        sa.Column("billing_checked_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "firings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", "due_at"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("dedupe", sa.String(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "jobs_dedupe",
        "jobs",
        ["shop_id", "name", "dedupe"],
        unique=True,
        sqlite_where=sa.text("state = 'ready' AND dedupe IS NOT NULL"),
        postgresql_where=sa.text("state = 'ready' AND dedupe IS NOT NULL"),
    )
    op.create_index(
        "jobs_lane",
        "jobs",
        ["shop_id", "lane"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "jobs_waiting",
        "jobs",
        ["shop_id", "lane", "priority", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "rejected_deliveries",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("samples", JsonText, nullable=True),
        sa.PrimaryKeyConstraint("day", "address", "reason"),
    )
    op.create_table(
        "handovers",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("home_url", sa.String(), nullable=False),
        sa.Column("back", sa.String(), nullable=True),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("keys", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "email"),
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("home_url", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("taxes_included", sa.Boolean(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("rates", JsonText, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", JsonText, nullable=True),
        sa.Column("remedy", sa.String(), nullable=True),
        sa.Column("installed_at", UtcTime(), nullable=False),
        sa.Column("authorised_at", UtcTime(), nullable=True),
        sa.Column("uninstalled_at", UtcTime(), nullable=True),
        sa.Column("wipe_at", UtcTime(), nullable=True),
        sa.Column("backfilled_at", UtcTime(), nullable=True),
        sa.Column("oldest_order_on", sa.Date(), nullable=True),
        sa.Column("oldest_there_on", sa.Date(), nullable=True),
        sa.Column("webhooks_checked_at", UtcTime(), nullable=True),
        sa.Column("webhooks_state", sa.String(), nullable=True),
        sa.Column("webhooks", JsonText, nullable=True),
        sa.Column("scopes", JsonText, nullable=True),
        sa.Column("renewing_until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "domain"),
    )
    op.create_table(
        "consent_entries",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("is_dated", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "channel", "address_key", "at", "state", "source", "is_dated"),
    )
    op.create_index("consent_entries_customer", "consent_entries", ["shop_id", "customer_id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "name"),
    )
    op.create_table(
        "cursors",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("pulled_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "resource"),
    )
    op.create_table(
        "customers",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("country_code", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("is_email_verified", sa.Boolean(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=True),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.Column("address", JsonText, nullable=True),
        sa.Column("tags", JsonText, nullable=True),
        sa.Column("digests", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "external_id"),
    )
    op.create_index("customers_email", "customers", ["shop_id", "email_key"], unique=False)
    op.create_index(
        "customers_gone",
        "customers",
        ["shop_id", "id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_index("customers_name", "customers", ["shop_id", "name_key", "id"], unique=False)
    op.create_index("customers_newest", "customers", ["shop_id", "created_at", "id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("delivery_key", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("triggered_at", UtcTime(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "delivery_key"),
    )
    op.create_index("deliveries_pending", "deliveries", ["shop_id", "state", "due_at"], unique=False)
    op.create_table(
        "discount_codes",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "code"),
    )
    op.create_index("discount_codes_name", "discount_codes", ["shop_id", "name"], unique=False)
    op.create_table(
        "events",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("changes", JsonText, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
    )
    op.create_index("events_pending", "events", ["shop_id", "state", "id"], unique=False)
    op.create_table(
        "failed_records",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resolved_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "kind", "external_id", "source"),
    )
    op.create_table(
        "findings",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reconciliation_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("order_external_id", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("theirs", sa.String(), nullable=True),
        sa.Column("ours", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("found_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("repaired_at", UtcTime(), nullable=True),
        sa.Column("why_not", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
    )
    op.create_index("findings_day", "findings", ["shop_id", "day"], unique=False)
    op.create_index("findings_found", "findings", ["shop_id", "found_at"], unique=False)
    op.create_index("findings_open", "findings", ["shop_id", "repaired_at", "kind", "external_id"], unique=False)
    op.create_table(
        "first_told",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "day", "source"),
    )
    op.create_table(
        "flows",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("wait_minutes", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("blocks", JsonText, nullable=True),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "kind", "name"),
    )
    op.create_table(
        "journal",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("counts", JsonText, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("row_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "place"),
    )
    op.create_index("journal_at", "journal", ["shop_id", "at"], unique=False)
    op.create_table(
        "journal_days",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("is_broken", sa.Boolean(), nullable=False),
        sa.Column("thinned_at", UtcTime(), nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "day"),
    )
    op.create_table(
        "messages",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("enrollment_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("to_key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("headers", JsonText, nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("not_before", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", JsonText, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("claimed_at", UtcTime(), nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("clicked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "enrollment_id", "step"),
    )
    op.create_index("messages_customer", "messages", ["shop_id", "customer_id", "created_at"], unique=False)
    op.create_index("messages_due", "messages", ["shop_id", "state", "not_before"], unique=False)
    op.create_table(
        "pending_fetches",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "kind", "external_id"),
    )
    op.create_index("pending_fetches_due", "pending_fetches", ["shop_id", "due_at"], unique=False)
    op.create_table(
        "platform_facts",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("said", JsonText, nullable=True),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "kind", "external_id"),
    )
    op.create_table(
        "platform_writes",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("payload", JsonText, nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", JsonText, nullable=True),
        sa.Column("answer", JsonText, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("claimed_at", UtcTime(), nullable=True),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("echoed_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "key"),
    )
    op.create_index("platform_writes_due", "platform_writes", ["shop_id", "state", "due_at"], unique=False)
    op.create_index("platform_writes_subject", "platform_writes", ["shop_id", "subject", "state"], unique=False)
    op.create_table(
        "privacy_requests",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("export", sa.LargeBinary(), nullable=True),
        sa.Column("swept_to", sa.BigInteger(), nullable=False),
        sa.Column("found", JsonText, nullable=True),
        sa.Column("counts", JsonText, nullable=True),
        sa.Column("requested_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "request_key"),
    )
    op.create_index("privacy_requests_state", "privacy_requests", ["shop_id", "state", "requested_at"], unique=False)
    op.create_table(
        "products",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("vendor", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("image", sa.String(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=True),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.Column("categories", JsonText, nullable=True),
        sa.Column("tags", JsonText, nullable=True),
        sa.Column("digests", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "external_id"),
    )
    op.create_table(
        "programmes",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("counts_history", sa.Boolean(), nullable=False),
        sa.Column("points_per_unit", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "version"),
    )
    op.create_table(
        "proved_days",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("there", JsonText, nullable=True),
        sa.Column("here", JsonText, nullable=True),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("checked_at", UtcTime(), nullable=False),
        sa.Column("proved_at", UtcTime(), nullable=True),
        sa.Column("note", JsonText, nullable=True),
        sa.Column("question", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "kind", "day"),
    )
    op.create_index("proved_days_checked", "proved_days", ["shop_id", "kind", "checked_at"], unique=False)
    op.create_table(
        "reconciliations",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.Column("repaired", sa.Integer(), nullable=False),
        sa.Column("unhealed", sa.Integer(), nullable=False),
        sa.Column("asked_seconds", sa.Float(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("note", JsonText, nullable=True),
        sa.Column("no_report", JsonText, nullable=True),
        sa.Column("error", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
    )
    op.create_index("reconciliations_state", "reconciliations", ["shop_id", "state", "id"], unique=False)
    op.create_table(
        "refused_fields",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("example", sa.String(), nullable=False),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "field"),
    )
    op.create_table(
        "runs",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("since", UtcTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("note", JsonText, nullable=True),
        sa.Column("error", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
    )
    op.create_index("runs_state", "runs", ["shop_id", "kind", "state"], unique=False)
    op.create_table(
        "segments",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("evaluated_at", UtcTime(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "name"),
    )
    op.create_table(
        "senders",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("postal_address", sa.String(), nullable=True),
        sa.Column("transport", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "suppressions",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "channel", "address_key"),
    )
    op.create_table(
        "tombstones",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "key"),
    )
    op.create_table(
        "checkouts",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_external_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("abandoned_at", UtcTime(), nullable=True),
        sa.Column("completed_at", UtcTime(), nullable=True),
        sa.Column("order_external_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("present_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("items", JsonText, nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("tokens", JsonText, nullable=True),
        sa.Column("digests", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "customer_id"], ["customers.shop_id", "customers.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "external_id"),
    )
    op.create_index("checkouts_customer", "checkouts", ["shop_id", "customer_id"], unique=False)
    op.create_index("checkouts_email", "checkouts", ["shop_id", "email_key"], unique=False)
    op.create_index("checkouts_state", "checkouts", ["shop_id", "state", "updated_at"], unique=False)
    op.create_table(
        "customer_stats",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("orders_count", sa.Integer(), nullable=False),
        sa.Column("not_converted", sa.Integer(), nullable=False),
        sa.Column("placed_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("first_order_at", UtcTime(), nullable=True),
        sa.Column("last_order_at", UtcTime(), nullable=True),
        sa.Column("first_order_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "customer_id"], ["customers.shop_id", "customers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "customer_id"),
    )
    op.create_index("customer_stats_last", "customer_stats", ["shop_id", "last_order_at", "customer_id"], unique=False)
    op.create_index("customer_stats_net", "customer_stats", ["shop_id", "net_minor", "customer_id"], unique=False)
    op.create_index(
        "customer_stats_orders", "customer_stats", ["shop_id", "orders_count", "net_minor", "customer_id"], unique=False
    )
    op.create_table(
        "ledger_entries",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("programme_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id", "customer_id"], ["customers.shop_id", "customers.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "order_id", "step"),
    )
    op.create_index("ledger_customer", "ledger_entries", ["shop_id", "customer_id", "created_at"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("segment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entered_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id", "customer_id"], ["customers.shop_id", "customers.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id", "segment_id"], ["segments.shop_id", "segments.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "segment_id", "customer_id"),
    )
    op.create_index("memberships_customer", "memberships", ["shop_id", "customer_id"], unique=False)
    op.create_table(
        "orders",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("fulfilment", sa.String(), nullable=True),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("is_rounded", sa.Boolean(), nullable=False),
        sa.Column("placed_at", UtcTime(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("cancelled_at", UtcTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("placed_minor", sa.BigInteger(), nullable=True),
        sa.Column("adjusted_minor", sa.BigInteger(), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("tip_minor", sa.BigInteger(), nullable=True),
        sa.Column("duties_minor", sa.BigInteger(), nullable=True),
        sa.Column("fees_minor", sa.BigInteger(), nullable=True),
        sa.Column("present_placed_minor", sa.BigInteger(), nullable=False),
        sa.Column("present_refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("present_net_minor", sa.BigInteger(), nullable=False),
        sa.Column("rate", sa.String(), nullable=True),
        sa.Column("rate_source", sa.String(), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("gateways", JsonText, nullable=True),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("taxes_included", sa.Boolean(), nullable=False),
        sa.Column("checkout_token", sa.String(), nullable=True),
        sa.Column("cart_token", sa.String(), nullable=True),
        sa.Column("customer_external_id", sa.String(), nullable=True),
        sa.Column("discounts", JsonText, nullable=True),
        sa.Column("shipping_lines", JsonText, nullable=True),
        sa.Column("tax_lines", JsonText, nullable=True),
        sa.Column("transactions", JsonText, nullable=True),
        sa.Column("billing", JsonText, nullable=True),
        sa.Column("shipping", JsonText, nullable=True),
        sa.Column("journey", JsonText, nullable=True),
        sa.Column("agreements", JsonText, nullable=True),
        sa.Column("attributes", JsonText, nullable=True),
        sa.Column("tags", JsonText, nullable=True),
        sa.Column("digests", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "customer_id"], ["customers.shop_id", "customers.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "external_id"),
    )
    op.create_index(
        "orders_apart",
        "orders",
        ["shop_id", "is_counted", "placed_at"],
        unique=False,
        sqlite_where=sa.text("net_minor IS NULL"),
        postgresql_where=sa.text("net_minor IS NULL"),
    )
    op.create_index(
        "orders_customer",
        "orders",
        ["shop_id", "customer_id", "is_counted", "placed_at", "placed_minor", "refunded_minor", "net_minor"],
        unique=False,
    )
    op.create_index(
        "orders_figures",
        "orders",
        ["shop_id", "is_counted", "placed_on", "placed_minor", "refunded_minor", "net_minor"],
        unique=False,
    )
    op.create_index("orders_placed", "orders", ["shop_id", "placed_at", "id"], unique=False)
    op.create_table(
        "variants",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("compare_at_minor", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("options", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "product_id"], ["products.shop_id", "products.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "product_id", "external_id"),
    )
    op.create_table(
        "checkout_tokens",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checkout_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id", "checkout_id"], ["checkouts.shop_id", "checkouts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "checkout_id", "token"),
    )
    op.create_index("checkout_tokens_token", "checkout_tokens", ["shop_id", "token"], unique=False)
    op.create_table(
        "enrollments",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("flow_id", sa.BigInteger(), nullable=False),
        sa.Column("checkout_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", JsonText, nullable=True),
        sa.Column("entered_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("mailed_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("recovered_minor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "checkout_id"], ["checkouts.shop_id", "checkouts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id", "flow_id"], ["flows.shop_id", "flows.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "id"),
        sa.UniqueConstraint("shop_id", "flow_id", "checkout_id"),
    )
    op.create_index("enrollments_due", "enrollments", ["shop_id", "state", "due_at"], unique=False)
    op.create_index("enrollments_email", "enrollments", ["shop_id", "email_key"], unique=False)
    op.create_table(
        "line_items",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("current_quantity", sa.Integer(), nullable=True),
        sa.Column("unit_minor", sa.BigInteger(), nullable=True),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("tax_minor", sa.BigInteger(), nullable=True),
        sa.Column("discount_minor", sa.BigInteger(), nullable=True),
        sa.Column("present_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("product_external_id", sa.String(), nullable=True),
        sa.Column("variant_external_id", sa.String(), nullable=True),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("variant_title", sa.String(), nullable=True),
        sa.Column("vendor", sa.String(), nullable=True),
        sa.Column("is_gift_card", sa.Boolean(), nullable=False),
        sa.Column("selling_plan", sa.String(), nullable=True),
        sa.Column("attributes", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "order_id"], ["orders.shop_id", "orders.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "order_id", "external_id"),
    )
    op.create_index("line_items_product", "line_items", ["shop_id", "product_external_id", "order_id"], unique=False)
    op.create_table(
        "order_tokens",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id", "order_id"], ["orders.shop_id", "orders.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "order_id", "token"),
    )
    op.create_index("order_tokens_token", "order_tokens", ["shop_id", "token"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("shop_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=True),
        sa.Column("present_total_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_minor", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("lines", JsonText, nullable=True),
        sa.ForeignKeyConstraint(["shop_id", "order_id"], ["orders.shop_id", "orders.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shop_id", "order_id", "external_id"),
    )
    op.create_index("refunds_at", "refunds", ["shop_id", "created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("refunds_at", table_name="refunds")
    op.drop_table("refunds")
    op.drop_index("order_tokens_token", table_name="order_tokens")
    op.drop_table("order_tokens")
    op.drop_index("line_items_product", table_name="line_items")
    op.drop_table("line_items")
    op.drop_index("enrollments_email", table_name="enrollments")
    op.drop_index("enrollments_due", table_name="enrollments")
    op.drop_table("enrollments")
    op.drop_index("checkout_tokens_token", table_name="checkout_tokens")
    op.drop_table("checkout_tokens")
    op.drop_table("variants")
    op.drop_index("orders_placed", table_name="orders")
    op.drop_index("orders_figures", table_name="orders")
    op.drop_index("orders_customer", table_name="orders")
    op.drop_index(
        "orders_apart",
        table_name="orders",
        sqlite_where=sa.text("net_minor IS NULL"),
        postgresql_where=sa.text("net_minor IS NULL"),
    )
    op.drop_table("orders")
    op.drop_index("memberships_customer", table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("ledger_customer", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index("customer_stats_orders", table_name="customer_stats")
    op.drop_index("customer_stats_net", table_name="customer_stats")
    op.drop_index("customer_stats_last", table_name="customer_stats")
    op.drop_table("customer_stats")
    op.drop_index("checkouts_state", table_name="checkouts")
    op.drop_index("checkouts_email", table_name="checkouts")
    op.drop_index("checkouts_customer", table_name="checkouts")
    op.drop_table("checkouts")
    op.drop_table("tombstones")
    op.drop_table("suppressions")
    op.drop_table("sign_in_links")
    op.drop_table("sessions")
    op.drop_table("senders")
    op.drop_table("segments")
    op.drop_index("runs_state", table_name="runs")
    op.drop_table("runs")
    op.drop_table("refused_fields")
    op.drop_index("reconciliations_state", table_name="reconciliations")
    op.drop_table("reconciliations")
    op.drop_index("proved_days_checked", table_name="proved_days")
    op.drop_table("proved_days")
    op.drop_table("programmes")
    op.drop_table("products")
    op.drop_index("privacy_requests_state", table_name="privacy_requests")
    op.drop_table("privacy_requests")
    op.drop_index("platform_writes_subject", table_name="platform_writes")
    op.drop_index("platform_writes_due", table_name="platform_writes")
    op.drop_table("platform_writes")
    op.drop_table("platform_facts")
    op.drop_index("pending_fetches_due", table_name="pending_fetches")
    op.drop_table("pending_fetches")
    op.drop_index("messages_due", table_name="messages")
    op.drop_index("messages_customer", table_name="messages")
    op.drop_table("messages")
    op.drop_table("journal_days")
    op.drop_index("journal_at", table_name="journal")
    op.drop_table("journal")
    op.drop_table("flows")
    op.drop_table("first_told")
    op.drop_index("findings_open", table_name="findings")
    op.drop_index("findings_found", table_name="findings")
    op.drop_index("findings_day", table_name="findings")
    op.drop_table("findings")
    op.drop_table("failed_records")
    op.drop_index("events_pending", table_name="events")
    op.drop_table("events")
    op.drop_index("discount_codes_name", table_name="discount_codes")
    op.drop_table("discount_codes")
    op.drop_index("deliveries_pending", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_index("customers_newest", table_name="customers")
    op.drop_index("customers_name", table_name="customers")
    op.drop_index(
        "customers_gone",
        table_name="customers",
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.drop_index("customers_email", table_name="customers")
    op.drop_table("customers")
    op.drop_table("cursors")
    op.drop_table("credentials")
    op.drop_index("consent_entries_customer", table_name="consent_entries")
    op.drop_table("consent_entries")
    op.drop_table("shops")
    op.drop_table("people")
    op.drop_table("handovers")
    op.drop_table("rejected_deliveries")
    op.drop_table("meta")
    op.drop_index(
        "jobs_waiting",
        table_name="jobs",
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.drop_index(
        "jobs_lane",
        table_name="jobs",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "jobs_dedupe",
        table_name="jobs",
        sqlite_where=sa.text("state = 'ready' AND dedupe IS NOT NULL"),
        postgresql_where=sa.text("state = 'ready' AND dedupe IS NOT NULL"),
    )
    op.drop_table("jobs")
    op.drop_table("firings")
    op.drop_table("accounts")
