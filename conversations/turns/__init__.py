"""What one message leads to.

`talk` holds what is known and the ways to ask; `beginning`, `places`, `answers`, `commands` and `danger` are what a
person may do. Each function takes the talk and gives back the finished turn; `conversations.converse` picks the one.
"""
