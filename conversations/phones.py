"""Phone numbers as people dial them in the country where they stand."""

import phonenumbers


def spoken(number: str, country: str) -> str:
    """A number in the national form of its country, grouped ("55 5209 8800"); short codes and unknown forms stay."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_number(parsed) == country
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
