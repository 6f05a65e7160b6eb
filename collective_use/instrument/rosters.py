"""What a roster asks for before it may name anybody."""

from __future__ import annotations

from collective_use.instrument.model import Instrument


def naming_consent(instrument: Instrument, roster: str | None) -> str:
    """Return the consent module that a roster asks for; "" where it asks for none of its own.

    A roster that names the only consent text of the form shares it with everything else: who
    refuses that one takes no part at all.

    Examples
    --------
    >>> import collective_use as cu
    >>> bank = cu.load_instrument("collective_data_use")
    >>> naming_consent(bank, "members"), naming_consent(bank, None)
    ('naming', '')
    """
    found = next((entry.consent for entry in instrument.rosters if entry.id == roster), None)
    return found if found and len(instrument.consent) > 1 else ""
