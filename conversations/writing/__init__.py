"""How replies become words: `writer` spells texts and values; `asking`, `findings` and `helping` write what needs more.

`conversations.wording` joins what they write into one message.
"""
