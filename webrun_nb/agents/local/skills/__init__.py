"""Controls, forms, logins and errands: steps of sentences that take several actions on a page."""
