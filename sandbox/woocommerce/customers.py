"""A customer's body: people with an account; guests are none."""

import hashlib

from sandbox.shop import Person
from sandbox.woocommerce.answers import Body, links
from sandbox.woocommerce.writing import Writing, address, stripped


def customer_body(writing: Writing, person: Person, is_paying: bool) -> Body:
    email = person.email or ""
    digest = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    # WooCommerce has never saved who is none of its customers
    is_saved = person.role == "customer" or person.updated_at > person.created_at
    meta = [{"id": person.id, "key": "birthday", "value": person.birthday}] if person.birthday else []
    return {
        "id": person.id,
        **writing.times("date_created", person.registered_at or person.created_at),
        **writing.times("date_modified", person.updated_at if is_saved else None),
        "email": email,
        "first_name": stripped(person.first_name),
        "last_name": stripped(person.last_name),
        "role": person.role,
        "username": email.partition("@")[0].lower(),
        "billing": address(person.address, email),
        "shipping": address(person.address),
        "is_paying_customer": is_paying,
        "avatar_url": f"https://secure.gravatar.com/avatar/{digest}?s=96&d=mm&r=g",
        "meta_data": meta,
        "_links": links(writing.home_url, f"customers/{person.id}"),
    }
