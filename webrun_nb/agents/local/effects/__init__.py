"""The effects of actions: refused and unsent forms, native dialogs, HTTP statuses."""
