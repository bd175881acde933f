"""The form that Twilio posts, read without loading Twilio's library."""

from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict

Form = ImmutableMultiDict[str, str]


def read_form(body: bytes) -> Form:
    """Every parameter, blank ones too: they are part of the signature. Raises ValueError for a body of absurd shape."""
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=500)
    return ImmutableMultiDict(pairs)


def is_whatsapp(form: Form) -> bool:
    """Whether the form is about WhatsApp: one of its addresses says so."""
    return any(form.get(name, "").startswith("whatsapp:") for name in ("From", "To", "ExternalUserId"))
