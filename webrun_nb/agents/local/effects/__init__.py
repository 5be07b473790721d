"""The effects of actions: what each was to change, refused and unsent forms, dialogs, overlays, HTTP statuses."""
